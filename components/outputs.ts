import type { ChtHost } from "./docker/host";
import type { EngineIdentity } from "./docker/same-engine";
import type { ChtInstance } from "./kubernetes/instance";

/**
 * What a stack tells: for people, for portals, and for the neighbours of CHT. Names and addresses only; whoever may read a
 * password reads it in the cluster, or on the engine.
 */
export function stackOutputs(instances: readonly ChtInstance[]) {
    return outputs(instances, ({ plan, url, namespace, credentialsSecret, volumes }) => ({
        url,
        namespace,
        version: plan.version,
        couchdbNodes: plan.couchdbNodes,
        credentialsSecret,
        volumes,
        sizing: plan.estimate,
        removed: plan.remove,
    }));
}

/** The same of Docker hosts, and which engine has them: the next run must find them there. */
export function hostOutputs({ hosts, engine }: { hosts: readonly ChtHost[]; engine: EngineIdentity }) {
    const told = outputs(hosts, ({ plan, url, network, volumes }) => ({
        url,
        version: plan.version,
        couchdbNodes: plan.couchdbNodes,
        network,
        volumes,
        ports: plan.ports,
        /** Where the certificate comes from. */
        certificate: plan.tls.kind,
        sizing: plan.estimate,
        removed: plan.remove,
    }));
    return { ...told, engine };
}

function outputs<Host extends ChtInstance | ChtHost, Told>(hosts: readonly Host[], describe: (host: Host) => Told) {
    return {
        instances: Object.fromEntries(hosts.map((host) => [host.plan.name, describe(host)])),
        monitoring: {
            /** What cht-watchdog lists in `cht-instances.yml`: the public addresses of what runs. */
            targets: hosts.filter(({ plan }) => !plan.remove).map(({ url }) => url),
        },
    };
}
