import { CERTIFICATE_FOLDER } from "./certificate";
import type { InstanceSettings, Mount, Role } from "./model";

/**
 * What of the volume a role sees. Nouveau's index lies in `data` on Kubernetes wherever CouchDB's data is, because the Helm
 * charts had it there; on Docker it lies within CouchDB's data. What CouchDB writes into `local.d`, the hashed password among
 * it, is kept on the node's volume on Kubernetes.
 *
 * @see medic/cht-core scripts/build/helm/templates/couchdb/deployment.yaml, scripts/build/cht-couchdb-single-node.yml.template
 */
export function dataMounts(role: Role, settings: InstanceSettings, node: number | undefined): Mount[] {
    const docker = settings.platform === "docker";
    const dataPath = settings.dataPath.replaceAll("%d", String(node ?? 1));
    switch (role) {
        case "couchdb": {
            const path = "/opt/couchdb/etc/local.d";
            return [
                { kind: "data", path: "/opt/couchdb/data", subPath: dataPath },
                docker
                    ? { kind: "volume", name: numbered("cht-credentials", node), path }
                    : { kind: "data", path, subPath: "local.d" },
            ];
        }
        case "nouveau":
            return [{ kind: "data", path: "/data/nouveau", subPath: docker ? joined(dataPath, "nouveau") : "data" }];
        case "nginx":
        case "certificate":
            return [{ kind: "volume", name: "cht-ssl", path: CERTIFICATE_FOLDER }];
        default:
            return [];
    }
}

/** Every node keeps its own: in Compose nodes 2 and 3 lose theirs with the container. */
function numbered(name: string, node: number | undefined): string {
    return node === undefined || node === 1 ? name : `${name}-${node}`;
}

function joined(...parts: readonly string[]): string {
    return parts.filter((part) => part !== "").join("/");
}
