import { type Capabilities, capabilitiesOf } from "./capabilities";
import type { InstanceSettings, NetworkArrow, NetworkPeer } from "./model";
import { JOB_SERVICE, nodeNumbers, serviceName } from "./names";
import { nouveauWorkload } from "./nouveau";
import { PORTS } from "./ports";

type Settings = Pick<InstanceSettings, "version" | "couchdbNodes" | "platform" | "upgradeService">;

const INTERNET: NetworkPeer = { kind: "internet" };

/** The API server: its Service's port, and where that leads, since network plugins look at either. */
const KUBERNETES_API = [443, 6443];

/**
 * The connections that an instance lives by; all others are denied, both ways. Which ports of the internet and of the API
 * server it is in the end, operator and cluster say: those here are the usual. Between CouchDB's nodes the list matters most:
 * Erlang's cookie is the same in every CHT, so that whoever reaches port 9100 of a node owns its data.
 *
 * Each CouchDB reaches itself through its own Service: the start script does (`SVC_NAME`), and so does CouchDB on its way to
 * the nouveau in its pod. Not every network plugin lets that pass without being told.
 *
 * @see medic/cht-core couchdb/set-up-cluster.sh, couchdb/vm.args, haproxy/entrypoint.sh, sentinel/server.js
 */
export function networkArrows(settings: Settings): NetworkArrow[] {
    const can = capabilitiesOf(settings);
    const nodes = couchdbServices(settings);
    const arrows = [
        ...entrance(settings),
        arrow("api", "haproxy", [PORTS.haproxy], "API reads and writes documents"),
        arrow("sentinel", "haproxy", [PORTS.haproxy], "Sentinel reads and writes documents"),
        arrow("sentinel", "api", [PORTS.api], "Sentinel waits until API has set the database up"),
        ...nodes.map((node) => arrow("haproxy", node, [PORTS.couchdb], "HAProxy passes requests on to CouchDB")),
        ...(can.healthcheck ? healthcheck(nodes) : []),
        ...couchdb(settings, can, nodes),
        ...(can.upgradeService ? upgradeService(settings) : []),
        ...(settings.platform === "docker" ? certificate() : []),
        arrow("api", INTERNET, [PORTS.https], "API asks the builds server, SMS gateways and identity providers"),
        arrow("sentinel", INTERNET, [PORTS.https], "Sentinel pushes documents to other systems"),
        ...(can.healthcheck && can.healthcheckInstallsPackages
            ? [
                  arrow(
                      "healthcheck",
                      INTERNET,
                      [PORTS.https],
                      "the health check installs its Python packages when it starts",
                  ),
              ]
            : []),
    ];
    const services = new Set(arrows.flatMap(({ from, to }) => [from, to]).flatMap(serviceOf));
    return [...arrows, ...[...services].map(dns)];
}

/** What pods of Jobs need, whose label is `cht.service: job`, whenever there are any: to rotate the password, or to copy data. */
export function jobArrows(settings: Pick<Settings, "couchdbNodes">): NetworkArrow[] {
    return [
        ...couchdbServices(settings).map((node) =>
            arrow(JOB_SERVICE, node, [PORTS.couchdb], "Jobs change the administrator's password on each CouchDB node"),
        ),
        dns(JOB_SERVICE),
    ];
}

function entrance({ platform }: Settings): NetworkArrow[] {
    const users: NetworkPeer = { kind: "ingress" };
    return platform === "kubernetes"
        ? [arrow(users, "api", [PORTS.api], "users reach the web app and the API")]
        : [
              arrow(users, "nginx", [PORTS.http, PORTS.https], "users reach the web app and the API"),
              arrow("nginx", "api", [PORTS.api], "nginx passes requests on to API"),
          ];
}

function healthcheck(nodes: readonly string[]): NetworkArrow[] {
    return [
        arrow("haproxy", "healthcheck", [PORTS.healthcheck], "HAProxy asks which CouchDB nodes are well"),
        ...nodes.map((node) =>
            arrow("healthcheck", node, [PORTS.couchdb], "the health check asks CouchDB which nodes belong together"),
        ),
    ];
}

function couchdb(settings: Settings, can: Capabilities, nodes: readonly string[]): NetworkArrow[] {
    const ports = nodes.length > 1 ? [PORTS.couchdb, PORTS.epmd, PORTS.erlang] : [PORTS.couchdb];
    const arrows = nodes.flatMap((from) =>
        nodes.map((to) =>
            arrow(from, to, ports, from === to ? "CouchDB reaches itself" : "CouchDB's nodes share one database"),
        ),
    );
    const indexes = nodeNumbers(settings.couchdbNodes).map((node) =>
        arrow(
            serviceName("couchdb", node),
            nouveauWorkload(settings, can, node),
            [PORTS.nouveau],
            "CouchDB reads and writes the full-text index",
        ),
    );
    return [...arrows, ...(can.nouveau === "none" ? [] : indexes)];
}

function upgradeService({ platform }: Settings): NetworkArrow[] {
    const api: NetworkPeer = { kind: "kubernetes-api" };
    const click = arrow(
        "api",
        "upgrade-service",
        [PORTS.upgradeService],
        "API asks for other images, at an administrator's click",
    );
    return platform === "docker"
        ? [click]
        : [click, arrow("upgrade-service", api, KUBERNETES_API, "the upgrade service changes the Deployments' images")];
}

function certificate(): NetworkArrow[] {
    return [
        arrow("certificate", "nginx", [PORTS.http], "the ACME client sees whether nginx would answer a challenge"),
        arrow("certificate", INTERNET, [PORTS.https], "certificates are ordered or fetched"),
    ];
}

function couchdbServices({ couchdbNodes }: Pick<Settings, "couchdbNodes">): string[] {
    return nodeNumbers(couchdbNodes).map((node) => serviceName("couchdb", node));
}

function arrow(
    from: string | NetworkPeer,
    to: string | NetworkPeer,
    ports: readonly number[],
    purpose: string,
): NetworkArrow {
    return { from: peer(from), to: peer(to), ports: ports.map((port) => ({ port, protocol: "TCP" })), purpose };
}

function dns(service: string): NetworkArrow {
    return {
        from: peer(service),
        to: { kind: "dns" },
        ports: [
            { port: 53, protocol: "UDP" },
            { port: 53, protocol: "TCP" },
        ],
        purpose: "finding other services by name; long answers come over TCP",
    };
}

function peer(end: string | NetworkPeer): NetworkPeer {
    return typeof end === "string" ? { kind: "workload", service: end } : end;
}

function serviceOf(end: NetworkPeer): string[] {
    return end.kind === "workload" ? [end.service] : [];
}
