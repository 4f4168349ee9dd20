/** What will be made of one instance of a Docker host. */
import { type CertificateSource, LOCAL_IP_SOURCE } from "../../cht/certificate";
import { describeInstance } from "../../cht/describe";
import { dockerAddress } from "../../cht/names";
import { estimate, resourcesFor } from "../../cht/sizing";
import { parseVersion } from "../../cht/version";
import type { Owner } from "../live";
import { mergeResources } from "../resources";
import type { GivenSecrets } from "../secrets";
import type { HostFiles } from "./files";
import type { HostCredentialsPlan, HostPlan, HostPorts, HostTlsPlan } from "./host-plan";
import type { LiveContainer, LiveHost } from "./live";
import type { HostNames } from "./names";
import type { HostInstanceModel } from "./schema";
import { ownLabels, planData, planVolumes } from "./volumes";

export interface PlanHostArgs {
    readonly name: string;
    readonly instance: HostInstanceModel;
    readonly owner: Owner;
    readonly names: HostNames;
    readonly ports: HostPorts | undefined;
    /** Containers of the Compose project that it takes over. */
    readonly composed: readonly LiveContainer[];
    readonly live: LiveHost;
    readonly files: HostFiles;
    readonly secrets: GivenSecrets;
}

export function planHost({
    name,
    instance,
    owner,
    names,
    ports,
    composed,
    live,
    files,
    secrets,
}: PlanHostArgs): HostPlan {
    if (ports === undefined) throw new Error(`no ports were planned for '${name}'`);
    const { couchdb, images } = instance;
    const { host, tls } = planTls(name, instance, live, files);
    const estimated = instance.sizing === undefined ? undefined : estimate(instance.sizing);
    const data = planData(couchdb, names);
    const description = describeInstance({
        version: parseVersion(instance.version),
        platform: "docker",
        couchdbNodes: couchdb.nodes,
        database: instance.database,
        logLevel: instance.logLevel,
        buildsUrl: instance.buildsUrl,
        addServernameToHttpAgent: instance.proxy.addServernameToHttpAgent,
        proxyChangeOrigin: instance.proxy.changeOrigin,
        images: {
            registry: images.registry,
            upgradeService: images.upgradeService,
            acme: images.acme,
            digests: images.digests,
        },
        dataPath: "",
        defaultUlimit: couchdb.defaultUlimit,
        upgradeService: instance.upgradeService,
        certificate: certificateOf(tls, host),
        resources: mergeResources(resourcesFor(estimated, couchdb.nodes), instance.resources),
        address: dockerAddress(couchdb.nodes),
    });
    const network = live.networks.find((one) => one.name === names.network);
    return {
        name,
        host,
        version: instance.version,
        database: instance.database,
        couchdbNodes: couchdb.nodes,
        url: `https://${host}${ports.https === 443 ? "" : `:${ports.https}`}`,
        description,
        tls,
        ports,
        network: {
            name: names.network,
            ...(network === undefined ? { labels: ownLabels(owner) } : { adopt: network.id, labels: network.labels }),
        },
        volumes: planVolumes(instance, description, data, names, live, { owner, ports }),
        data,
        credentials: planCredentials(name, instance, live, secrets),
        logs: instance.logs,
        ...(estimated === undefined ? {} : { estimate: estimated }),
        remove: instance.remove !== undefined,
        takeOver: composed.map((container) => ({ id: container.id, name: container.name })),
    };
}

/** The certificate's source, and with it the name that users call the instance by. */
function planTls(
    name: string,
    { tls, host = "localhost" }: HostInstanceModel,
    live: LiveHost,
    files: HostFiles,
): { host: string; tls: HostTlsPlan } {
    switch (tls.kind) {
        case "self-signed":
            return { host, tls };
        case "own":
            return { host, tls: { kind: "own", certificate: files.certificates.get(name) ?? "" } };
        case "acme":
            return { host, tls: { ...tls, certificateAuthority: files.authorities.get(name) } };
        case "local-ip": {
            // Without a network, docker-helper takes this one too.
            const address = tls.address ?? live.lanAddress ?? "127.0.0.1";
            return {
                host: `${address.replaceAll(".", "-")}.${new URL(LOCAL_IP_SOURCE).hostname}`,
                tls: { ...tls, address },
            };
        }
    }
}

function certificateOf(tls: HostTlsPlan, host: string): CertificateSource {
    switch (tls.kind) {
        case "own":
            return { kind: "own" };
        case "self-signed":
            return { kind: "self-signed", host };
        case "acme":
            return {
                kind: "acme",
                host,
                email: tls.email,
                server: tls.server,
                certificateAuthority: tls.certificateAuthority !== undefined,
            };
        case "local-ip":
            return { kind: "local-ip", host, source: tls.source };
    }
}

function planCredentials(
    name: string,
    { credentials }: HostInstanceModel,
    live: LiveHost,
    secrets: GivenSecrets,
): HostCredentialsPlan {
    const {
        COUCHDB_PASSWORD: password,
        COUCHDB_SECRET: secret,
        COUCHDB_UUID: uuid,
    } = live.credentials.get(name)?.values ?? {};
    return {
        user: credentials.user,
        given: {
            password: secrets.has(name, "password"),
            secret: secrets.has(name, "secret"),
            uuid: secrets.has(name, "uuid"),
        },
        // Empty text is what Compose makes of nothing.
        ...(password ? { live: { password, ...(secret ? { secret } : {}), ...(uuid ? { uuid } : {}) } } : {}),
    };
}
