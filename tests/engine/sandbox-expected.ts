/** What the sandbox stack is to be in the cluster: the names that operators know, and the connections that CHT needs. */

const everywhere = [
    "ConfigMap/couchdb-servers-configmap",
    "Deployment/cht-api",
    "Deployment/cht-haproxy",
    "Deployment/cht-sentinel",
    "Ingress/api-ingress",
    "LimitRange/cht-defaults",
    "NetworkPolicy/allow-api",
    "NetworkPolicy/allow-haproxy",
    "NetworkPolicy/allow-job",
    "NetworkPolicy/allow-sentinel",
    "NetworkPolicy/default-deny",
    "ResourceQuota/cht-quota",
    "Secret/cht-couchdb-credentials",
    "Service/api",
    "Service/haproxy",
];
const healthcheck = ["Deployment/cht-haproxy-healthcheck", "NetworkPolicy/allow-healthcheck", "Service/healthcheck"];
const couchdb = (number: string) => [
    `Deployment/cht-couchdb${number}`,
    `NetworkPolicy/allow-couchdb${number}`,
    `PersistentVolumeClaim/couchdb${number}-claim0`,
    `Service/couchdb${number}`,
];
const upgradeService = [
    "Deployment/upgrade-service",
    "NetworkPolicy/allow-upgrade-service",
    "Role/deployment-manager",
    "RoleBinding/deployment-manager-cht",
    "Service/upgrade-service",
    "ServiceAccount/cht-upgrade-service-user",
];

/** By instance: `uat` is 5.3.0, `staging` is 4.22.0, `production` is 5.2.0 on three CouchDB nodes. */
export const expectedObjects = {
    uat: [...everywhere, ...couchdb(""), "Service/nouveau"].sort(),
    staging: [...everywhere, ...couchdb(""), ...healthcheck, ...upgradeService].sort(),
    production: [...everywhere, ...["-1", "-2", "-3"].flatMap(couchdb), ...healthcheck, "Service/nouveau"].sort(),
};

/** `from > to ports`: between pods both ends must permit it, so that each line is two. */
const always = [
    "namespace ingress-nginx > api 5988",
    "api > haproxy 5984",
    "sentinel > haproxy 5984",
    "sentinel > api 5988",
    "api > internet 443",
    "sentinel > internet 443",
];
const nodes = ["couchdb-1", "couchdb-2", "couchdb-3"];

export const expectedArrows = {
    uat: arrows(
        ["api", "sentinel", "haproxy", "couchdb", "job"],
        [...always, "haproxy > couchdb 5984", "couchdb > couchdb 5984 5987", "job > couchdb 5984"],
    ),
    staging: arrows(
        ["api", "sentinel", "haproxy", "couchdb", "job", "healthcheck", "upgrade-service"],
        [
            ...always,
            "haproxy > couchdb 5984",
            "haproxy > healthcheck 5555",
            "healthcheck > couchdb 5984",
            "couchdb > couchdb 5984",
            "job > couchdb 5984",
            "api > upgrade-service 5008",
            "upgrade-service > 0.0.0.0/0 443 6443",
        ],
    ),
    production: arrows(
        ["api", "sentinel", "haproxy", ...nodes, "job", "healthcheck"],
        [
            ...always,
            "haproxy > healthcheck 5555",
            ...nodes.map((node) => `haproxy > ${node} 5984`),
            ...nodes.map((node) => `healthcheck > ${node} 5984`),
            ...nodes.map((node) => `job > ${node} 5984`),
            ...nodes.flatMap((from) => nodes.map((to) => `${from} > ${to} 5984 4369 9100`)),
            // until 5.3 the full-text index of all is beside the first node
            ...nodes.map((node) => `${node} > couchdb-1 5987`),
        ],
    ),
};

/** The lines of `arrowsOf`: each end that is a pod has one; every pod may ask the cluster's DNS. */
function arrows(services: readonly string[], connections: readonly string[]): string[] {
    const internet = ["0.0.0.0/0-169.254.0.0/16", "::/0-fe80::/10-fd00:ec2::254/128"];
    const dns = ["namespace kube-system", "169.254.20.10/32"];
    const lines = connections.flatMap((connection) => {
        const [from = "", rest = ""] = connection.split(" > ");
        const [to = "", ...ports] = rest.split(" ");
        return ports.flatMap((port) => [
            ...(services.includes(to) ? [`${to}: in from ${from} ${port}`] : []),
            ...(services.includes(from)
                ? (to === "internet" ? internet : [to]).map((end) => `${from}: out to ${end} ${port}`)
                : []),
        ]);
    });
    const names = services.flatMap((service) =>
        dns.flatMap((end) => [`${service}: out to ${end} 53`, `${service}: out to ${end} 53/UDP`]),
    );
    return [...new Set([...lines, ...names])].sort();
}
