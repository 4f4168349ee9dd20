/** Stack files of Docker hosts as an operator writes them, and engines as their instances leave them. */
import { couchUrl } from "../../../cht/credentials";
import type { HostFiles } from "../../../config/docker/files";
import type { HostPlan } from "../../../config/docker/host-plan";
import type { LiveContainer, LiveHost, LiveHostCredentials, LiveMount } from "../../../config/docker/live";
import { hostNames } from "../../../config/docker/names";
import { planHosts } from "../../../config/docker/plan";
import { labels } from "../../../config/live";
import { readConfig } from "../../../config/load";
import type { HostStackModel } from "../../../config/schema";
import { givenSecrets, type InstanceSecrets } from "../../../config/secrets";
import { asConfig, type Raw, stack } from "./support";

export const engine: Raw = { kind: "docker" };

/** A file with one instance, `dev`: CHT 5.2 with nothing special, and `more` over it. */
export const hostFile = (more: Raw = {}): Raw => hosts({ dev: more });

/** A file with instances, each of CHT 5.2. */
export const hosts = (instances: Readonly<Record<string, Raw>>, cluster: Raw = engine): Raw => ({
    cluster,
    instances: Object.fromEntries(
        Object.entries(instances).map(([name, more]) => [name, { version: "5.2.0", ...more }]),
    ),
});

export function hostModelOf(raw: Raw): HostStackModel {
    const { decided, problems } = readConfig(asConfig(raw), () => false);
    if (decided?.platform !== "docker") throw new Error(JSON.stringify(problems));
    return decided.model;
}

/** An engine of this machine that nobody has used yet. */
export const emptyEngine: LiveHost = {
    endpoint: "unix:///var/run/docker.sock",
    local: true,
    version: "28.2.2",
    freeBytes: 100 * 1024 ** 3,
    containers: [],
    volumes: [],
    networks: [],
    images: new Set(),
    takenPorts: new Set(),
    lanAddress: "192.168.1.10",
    credentials: new Map(),
};

export const noFiles: HostFiles = {
    certificates: new Map(),
    authorities: new Map(),
    archives: new Map(),
    problems: [],
    notes: [],
};

/** Plans a file against an engine as `planHostStack` does. */
export function planHost(
    raw: Raw,
    live: LiveHost = emptyEngine,
    secrets: Readonly<Record<string, InstanceSecrets>> = {},
    files: HostFiles = noFiles,
) {
    return planHosts({
        model: hostModelOf(raw),
        live,
        files,
        stack,
        secrets: givenSecrets(new Map(Object.entries(secrets))),
    });
}

/** The plan of one instance of a file. */
export function planOf(raw: Raw, live?: LiveHost, name = "dev"): HostPlan {
    const plan = planHost(raw, live).plans.find((one) => one.name === name);
    if (plan === undefined) throw new Error(`there is no instance '${name}'`);
    return plan;
}

export const hostCredentials: LiveHostCredentials = {
    values: {
        COUCHDB_USER: "medic",
        COUCHDB_PASSWORD: "live-password",
        COUCHDB_SECRET: "live-secret",
        COUCHDB_UUID: "live-uuid",
        COUCH_URL: couchUrl({ user: "medic", password: "live-password", database: "medic" }),
    },
    from: "container",
};

/** The engine on which everything of a file runs, beside what was on `before`. */
export function runningOn(raw: Raw, before: LiveHost = emptyEngine): LiveHost {
    const model = hostModelOf(raw);
    return planHost(raw, before).plans.reduce((live, plan) => {
        const { compose } = model.instances[plan.name] ?? {};
        return withInstance(live, plan, compose);
    }, before);
}

function withInstance(
    live: LiveHost,
    plan: HostPlan,
    compose: { project: string; network: string } | undefined,
): LiveHost {
    const owner = { stack, instance: plan.name };
    const names = hostNames(plan.name, { compose });
    const taken = new Set(plan.takeOver.map(({ id }) => id));
    const containers = plan.description.workloads.map(({ service, role, node, containers: [main] }): LiveContainer => {
        const mounts = (main?.mounts ?? []).flatMap((mount): LiveMount[] => {
            const data = plan.data.find((one) => one.node === node);
            const at = { path: mount.path, readOnly: false };
            if (mount.kind === "volume") return [{ kind: "volume", name: names.volume(mount.name), ...at }];
            if (mount.kind !== "data" || data === undefined) return [];
            if (data.kind === "folder") {
                const source = mount.subPath === "" ? data.path : `${data.path}/${mount.subPath}`;
                return [{ kind: "folder", source, ...at }];
            }
            const index = plan.volumes.find((volume) => volume.mount === `nouveau-${node}`);
            return [{ kind: "volume", name: role === "nouveau" ? (index?.name ?? "") : data.name, ...at }];
        });
        const { address, http, https } = plan.ports;
        return container(names.container(service), {
            image: main?.image ?? "",
            owner,
            service,
            mounts,
            networks: [plan.network.name],
            ports:
                role === "nginx"
                    ? [
                          { address, host: http, container: 80 },
                          { address, host: https, container: 443 },
                      ]
                    : [],
        });
    });
    const kept = live.volumes.map(({ name }) => name);
    const made = plan.volumes.filter(({ name }) => !kept.includes(name));
    return {
        ...live,
        containers: [...live.containers.filter(({ id }) => !taken.has(id)), ...containers],
        volumes: [
            ...live.volumes,
            ...made.map((volume) => ({ name: volume.name, driver: "local", labels: volume.labels, owner })),
        ],
        networks: [
            ...live.networks,
            ...(plan.network.adopt === undefined
                ? [
                      {
                          id: `id-${plan.network.name}`,
                          name: plan.network.name,
                          driver: "bridge",
                          labels: plan.network.labels,
                          owner,
                      },
                  ]
                : []),
        ],
        credentials: new Map([...live.credentials, [plan.name, live.credentials.get(plan.name) ?? hostCredentials]]),
    };
}

/** A container with nothing special. */
export function container(name: string, more: Partial<LiveContainer> = {}): LiveContainer {
    return {
        id: `id-${name}`,
        name,
        image: "example.org/some:1",
        running: true,
        status: "running",
        labels: {},
        mounts: [],
        ports: [],
        networks: [],
        ...more,
    };
}

/** After `pulumi destroy`: the containers and networks of this stack are gone, the files on the volumes remember. */
export function destroyed(live: LiveHost, version = "5.2.0"): LiveHost {
    return {
        ...live,
        containers: live.containers.filter(({ owner }) => owner?.stack !== stack),
        networks: live.networks.filter(({ owner }) => owner?.stack !== stack),
        credentials: new Map(
            [...live.credentials].map(([name, found]) => [name, { ...found, from: "volume" as const, version }]),
        ),
    };
}

/** An engine with an instance of the official Compose files: project `cht`, data in `/srv/cht` or `/srv/cht1` and so on. */
export function composed(nodes = 1, version = "5.2.0", more: Partial<LiveHost> = {}): LiveHost {
    const image = (name: string) => `public.ecr.aws/medic/${name}:${version}`;
    const of = (service: string, more: Partial<LiveContainer>) =>
        container(`cht-${service}-1`, {
            service,
            composeProject: "cht",
            networks: ["cht-net"],
            labels: { "com.docker.compose.project": "cht" },
            ...more,
        });
    const couchdb = Array.from({ length: nodes }, (_, index) =>
        of(nodes === 1 ? "couchdb" : `couchdb-${index + 1}.local`, {
            image: image("cht-couchdb"),
            mounts: [
                {
                    kind: "folder",
                    source: nodes === 1 ? "/srv/cht" : `/srv/cht${index + 1}`,
                    path: "/opt/couchdb/data",
                    readOnly: false,
                },
                ...(index === 0
                    ? [
                          {
                              kind: "volume" as const,
                              name: "cht_cht-credentials",
                              path: "/opt/couchdb/etc/local.d",
                              readOnly: false,
                          },
                      ]
                    : []),
            ],
        }),
    );
    const volume = (name: string) => ({
        name,
        driver: "local",
        labels: { "com.docker.compose.project": "cht", "com.docker.compose.volume": name.slice(4) },
    });
    return {
        ...emptyEngine,
        containers: [
            ...couchdb,
            of("haproxy", { image: image("cht-haproxy") }),
            of("api", { image: image("cht-api") }),
            of("nginx", {
                image: image("cht-nginx"),
                ports: [
                    { address: "0.0.0.0", host: 80, container: 80 },
                    { address: "0.0.0.0", host: 443, container: 443 },
                ],
            }),
        ],
        volumes: [volume("cht_cht-credentials"), volume("cht_cht-ssl")],
        networks: [
            {
                id: "id-cht-net",
                name: "cht-net",
                driver: "bridge",
                labels: { "com.docker.compose.project": "cht", "com.docker.compose.network": "cht-net" },
            },
        ],
        credentials: new Map([["dev", hostCredentials]]),
        ...more,
    };
}

export { labels, stack };
