import assert from "node:assert/strict";
import { type Inputs, objectOf, objectsOf, resourceOf } from "../support/objects";
import { registerTopology, type Topology, topologyNames } from "../support/plan";

interface Spec {
    readonly type: string;
    readonly clusterIP?: string;
    readonly selector: Record<string, string>;
    readonly publishNotReadyAddresses?: boolean;
    readonly ports: { readonly port: number; readonly targetPort: number; readonly protocol: string }[];
}

/** A Service in words: where it leads, at which ports, and whether its name resolves before the pod is ready. */
function words(name: string, spec: Spec): string {
    assert.equal(spec.type, "ClusterIP");
    // HAProxy looks names up once: what they lead to must stay.
    assert.equal(spec.clusterIP, undefined);
    assert(spec.ports.every(({ port, targetPort, protocol }) => port === targetPort && protocol === "TCP"));
    const ports = spec.ports.map(({ port }) => port).join(" ");
    const early = spec.publishNotReadyAddresses === true ? ", early" : "";
    return `${name} > ${Object.entries(spec.selector).join()}: ${ports}${early}`;
}

const everywhere = ["api > cht.service,api: 5988", "haproxy > cht.service,haproxy: 5984"];
const single = "couchdb > cht.service,couchdb: 5984, early";
const cluster = [1, 2, 3].map((node) => `couchdb-${node} > cht.service,couchdb-${node}: 5984 4369 9100, early`);
const healthcheck = "healthcheck > cht.service,healthcheck: 5555";
const upgradeService = "upgrade-service > cht.service,upgrade-service: 5008";
const nouveauOf = (node: string) => `cht.service,couchdb${node}: 5987`;

const expected: Record<Topology, string[]> = {
    "4.x single": [...everywhere, single, healthcheck, upgradeService],
    "4.x cluster": [...everywhere, ...cluster, healthcheck, upgradeService],
    "5.2 single": [...everywhere, single, `nouveau > ${nouveauOf("")}`],
    "5.2 cluster": [...everywhere, ...cluster, healthcheck, `nouveau > ${nouveauOf("-1")}`],
    "5.3 single": [...everywhere, single, `nouveau > ${nouveauOf("")}`],
    "5.3 cluster": [
        ...everywhere,
        ...cluster,
        healthcheck,
        `nouveau > ${nouveauOf("-1")}`,
        ...[1, 2, 3].map((node) => `nouveau-${node} > ${nouveauOf(`-${node}`)}`),
    ],
};

describe("the Services of an instance", () => {
    for (const topology of topologyNames) {
        it(`are exactly these: ${topology}`, async () => {
            const services = Object.entries(objectsOf((await registerTopology(topology)).resources, "Service"));
            const actual = services.map(([name, { spec }]) => words(name, spec as Spec)).sort();
            assert.deepEqual(actual, expected[topology].sort());
        });
    }

    it("are there before the pods that look for them", async () => {
        const { resources } = await registerTopology("5.2 cluster");
        const names = Object.keys(objectsOf(resources, "Service"));
        for (const name of Object.keys(objectsOf(resources, "Deployment"))) {
            const { dependsOn } = resourceOf(resources, "Deployment", `demo-${name}`).options;
            const missing = names.filter(
                (service) => !dependsOn.includes(`kubernetes:core/v1:Service::demo-${service}`),
            );
            assert.deepEqual(missing, [], name);
        }
    });
});

describe("the ConfigMap of CouchDB's servers", () => {
    const address = (node: string) => `couchdb${node}.demo.svc.cluster.local`;
    const data = async (topology: Topology) => {
        const { resources } = await registerTopology(topology);
        return objectOf(resources, "ConfigMap", "couchdb-servers-configmap")["data"];
    };

    it("names the one server", async () => {
        assert.deepEqual(await data("5.3 single"), { COUCHDB_SERVERS: address("") });
    });

    it("names a cluster's servers, the first of them, and the others", async () => {
        const [first, second, third] = ["-1", "-2", "-3"].map(address);
        assert.deepEqual(await data("5.3 cluster"), {
            COUCHDB_SERVERS: `${first},${second},${third}`,
            COUCHDB_SYNC_ADMINS_NODE: first,
            CLUSTER_PEER_IPS: `${second},${third}`,
        });
    });
});

describe("the upgrade service's account", () => {
    it("may change Deployments and see pods, in its own namespace, and nothing else", async () => {
        const { resources } = await registerTopology("4.x single");
        assert.deepEqual(objectOf(resources, "Role", "deployment-manager")["rules"], [
            { apiGroups: ["apps"], resources: ["deployments"], verbs: ["get", "list", "watch", "update", "patch"] },
            { apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "watch"] },
        ]);
        const { roleRef, subjects } = objectOf(resources, "RoleBinding", "deployment-manager-cht");
        assert.deepEqual(roleRef, { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "deployment-manager" });
        assert.deepEqual(subjects, [{ kind: "ServiceAccount", name: "cht-upgrade-service-user", namespace: "demo" }]);
        const account: Inputs = objectOf(resources, "ServiceAccount", "cht-upgrade-service-user");
        assert.equal(account["automountServiceAccountToken"], false);
        const { dependsOn } = resourceOf(resources, "Deployment", "demo-upgrade-service").options;
        assert(dependsOn.includes("kubernetes:rbac.authorization.k8s.io/v1:RoleBinding::demo-upgrade-service"));
    });
});
