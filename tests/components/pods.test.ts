import assert from "node:assert/strict";
import { objectsOf, type Pod, podsOf, resourcesOf } from "../support/objects";
import { type InstanceInput, planOf, registerInstance, registerTopology, topologyNames } from "../support/plan";
import { restrictedViolations } from "../support/pod-security";

async function pods(input: Partial<InstanceInput> = {}): Promise<Record<string, Pod>> {
    const { resources } = await registerInstance(planOf(input));
    return Object.fromEntries(podsOf(resources).map((pod) => [pod.name, pod]));
}

/** What Pod Security's `restricted` would say against CouchDB's container, and its start script needs. */
const couchdbViolations = (name: string) => [
    `${name}: runAsNonRoot`,
    `${name}: runAsUser 0`,
    `${name}: capability CHOWN`,
    `${name}: capability DAC_OVERRIDE`,
    `${name}: capability FOWNER`,
    `${name}: capability KILL`,
    `${name}: capability SETGID`,
    `${name}: capability SETUID`,
];

describe("the pods of an instance", () => {
    for (const topology of topologyNames) {
        describe(topology, () => {
            let all: Pod[];
            before(async () => (all = podsOf((await registerTopology(topology)).resources)));

            it("conform to Pod Security's restricted, but for CouchDB's container", () => {
                for (const pod of all) {
                    const expected = pod.name.startsWith("cht-couchdb") ? couchdbViolations(pod.name) : [];
                    assert.deepEqual(restrictedViolations(pod.spec), expected, pod.name);
                }
            });

            it("ask for processors and memory, and have a limit of memory", () => {
                for (const { requests, limits } of all.flatMap(({ containers }) => containers).map(resourcesOf)) {
                    assert.deepEqual(Object.keys(requests).sort(), ["cpu", "memory"]);
                    assert.deepEqual(Object.keys(limits), ["memory"]);
                }
            });

            it("cannot write the root file system, but for CouchDB's container", () => {
                const writable = all
                    .flatMap(({ containers }) => containers)
                    .filter(
                        ({ securityContext }) =>
                            !(securityContext as { readOnlyRootFilesystem: boolean }).readOnlyRootFilesystem,
                    );
                assert(writable.every(({ name }) => /^cht-couchdb(-\d)?$/.test(name)));
            });

            it("have the probes of their role", () => {
                const probes = ["startupProbe", "readinessProbe", "livenessProbe"] as const;
                for (const { spec } of all) {
                    for (const container of spec.containers) {
                        const role = container.name.replace(/-\d$/, "");
                        const has = probes.filter((probe) => container[probe] !== undefined);
                        assert.deepEqual(has, expectedProbes[role], role);
                    }
                    for (const { readinessProbe } of spec.initContainers ?? []) assert.equal(readinessProbe, undefined);
                }
            });

            it("have no token of a service account, but for the upgrade service", () => {
                const withToken = all.filter(({ spec }) => spec["automountServiceAccountToken"] !== false);
                const withAccount = all.filter(({ spec }) => spec["serviceAccountName"] !== undefined);
                const upgradeService = topology.startsWith("4.x") ? ["upgrade-service"] : [];
                assert.deepEqual(
                    withToken.map(({ name }) => name),
                    upgradeService,
                );
                assert.deepEqual(
                    withAccount.map(({ name, spec }) => [name, spec["serviceAccountName"]]),
                    upgradeService.map((name) => [name, "cht-upgrade-service-user"]),
                );
            });

            it("know nothing of Services by environment variables, which would collide with CHT's own", () => {
                assert.deepEqual([...new Set(all.map(({ spec }) => spec["enableServiceLinks"]))], [false]);
            });

            it("mount each volume that they have, and have each that they mount", () => {
                for (const { name, spec, containers } of all) {
                    const had = (spec.volumes ?? []).map((volume) => volume["name"]);
                    const mounted = containers.flatMap(({ volumeMounts = [] }) =>
                        (volumeMounts as { name: string }[]).map((mount) => mount.name),
                    );
                    assert.deepEqual(had.toSorted(), [...new Set(mounted)].sort(), name);
                }
            });

            it("are one of each Deployment: the old ends before the new begins, and the selector is the charts'", async () => {
                const deployments = objectsOf((await registerTopology(topology)).resources, "Deployment");
                for (const [name, { spec, metadata }] of Object.entries(deployments)) {
                    const { replicas, strategy, selector, template } = spec as {
                        replicas: number;
                        strategy: object;
                        selector: object;
                        template: Pod;
                    };
                    const service = (metadata as Pod["metadata"]).labels["cht.service"];
                    assert.equal(replicas, 1);
                    assert.deepEqual(strategy, { type: "Recreate" });
                    assert.deepEqual(selector, { matchLabels: { "cht.service": service } });
                    assert.equal(template.metadata.labels["cht.service"], service, name);
                }
            });

            it("of CouchDB are spread over zones and machines where there are any, and no others are", () => {
                for (const { name, spec } of all) {
                    const expected = name.startsWith("cht-couchdb")
                        ? ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map((topologyKey) => ({
                              maxSkew: 1,
                              topologyKey,
                              whenUnsatisfiable: "ScheduleAnyway",
                              labelSelector: {
                                  matchLabels: {
                                      "app.kubernetes.io/instance": "demo",
                                      "app.kubernetes.io/component": "couchdb",
                                  },
                              },
                          }))
                        : undefined;
                    assert.deepEqual(spec["topologySpreadConstraints"], expected, name);
                }
            });

            it("of CouchDB mount their own node's claim, and no others any", () => {
                const claims = all.flatMap(({ name, spec }) =>
                    (spec.volumes ?? []).flatMap(({ persistentVolumeClaim }) =>
                        persistentVolumeClaim === undefined
                            ? []
                            : [`${name} ${(persistentVolumeClaim as { claimName: string }).claimName}`],
                    ),
                );
                const numbers = topology.endsWith("single") ? [""] : ["-1", "-2", "-3"];
                assert.deepEqual(
                    claims.sort(),
                    numbers.map((number) => `cht-couchdb${number} couchdb${number}-claim0`),
                );
            });

            it("read what the ConfigMap and the Secret hold from there", async () => {
                const { resources } = await registerTopology(topology);
                const config = objectsOf(resources, "ConfigMap")["couchdb-servers-configmap"]?.["data"] as object;
                const secret = objectsOf(resources, "Secret")["cht-couchdb-credentials"]?.["data"] as object;
                for (const { name, value, valueFrom } of all
                    .flatMap(({ containers }) => containers)
                    .flatMap(variables)) {
                    assert.equal(value === undefined, valueFrom !== undefined, name);
                    if (valueFrom?.configMapKeyRef !== undefined) assert(valueFrom.configMapKeyRef.key in config, name);
                    if (valueFrom?.secretKeyRef !== undefined) assert(valueFrom.secretKeyRef.key in secret, name);
                    assert.equal(name in secret, valueFrom?.secretKeyRef !== undefined, name);
                }
            });
        });
    }

    it("run where the operator says, and CouchDB's nodes where theirs lie", async () => {
        const byName = await pods({
            couchdb: { nodes: 2 },
            placement: {
                nodeSelector: { pool: "cht" },
                tolerations: [{ key: "couchdb-only", value: "true", effect: "NoSchedule" }],
                couchdbNodes: [{ "kubernetes.io/hostname": "one" }, { "kubernetes.io/hostname": "two", pool: "ssd" }],
            },
        });
        const selectors = Object.values(byName).map(({ name, spec }) => [name, spec["nodeSelector"]]);
        assert.deepEqual(Object.fromEntries(selectors), {
            "cht-couchdb-1": { pool: "cht", "kubernetes.io/hostname": "one" },
            "cht-couchdb-2": { pool: "ssd", "kubernetes.io/hostname": "two" },
            "cht-haproxy-healthcheck": { pool: "cht" },
            "cht-haproxy": { pool: "cht" },
            "cht-api": { pool: "cht" },
            "cht-sentinel": { pool: "cht" },
        });
        for (const { spec } of Object.values(byName)) {
            assert.deepEqual(spec["tolerations"], [
                { key: "couchdb-only", operator: "Equal", value: "true", effect: "NoSchedule" },
            ]);
        }
    });

    it("take their images from the operator's registry, with its Secret", async () => {
        const byName = await pods({
            version: "4.22.0",
            images: {
                registry: "registry.example.org/cht",
                upgradeService: "registry.example.org/cht/upgrade-service:1",
                pullPolicy: "Always",
                pullSecret: "registry",
            },
        });
        for (const { spec, containers } of Object.values(byName)) {
            assert.deepEqual(spec["imagePullSecrets"], [{ name: "registry" }]);
            for (const { image, imagePullPolicy } of containers) {
                assert.match(image as string, /^registry\.example\.org\/cht\//);
                assert.equal(imagePullPolicy, "Always");
            }
        }
    });

    it("of CouchDB end by telling Erlang, and have the time for it", async () => {
        const spec = (await pods())["cht-couchdb"]?.spec;
        const [couchdb] = spec?.containers ?? [];
        const command = (couchdb?.lifecycle?.preStop as { exec: { command: string[] } }).exec.command;
        assert.match(command.join(" "), /kill -TERM/);
        assert.equal(spec?.["terminationGracePeriodSeconds"], 60);
    });

    it("of CouchDB are not moved for the sake of a fuller machine", async () => {
        const annotations = Object.values(await pods()).map(({ name, metadata }) => [
            name,
            Object.keys(metadata.annotations ?? {}).filter((key) => key !== "cht-hosting/checksum"),
        ]);
        assert.deepEqual(Object.fromEntries(annotations), {
            "cht-couchdb": ["cluster-autoscaler.kubernetes.io/safe-to-evict", "karpenter.sh/do-not-disrupt"],
            "cht-haproxy": [],
            "cht-api": [],
            "cht-sentinel": [],
        });
    });
});

const expectedProbes: Record<string, string[]> = {
    "cht-couchdb": ["startupProbe", "readinessProbe", "livenessProbe"],
    "cht-couchdb-nouveau": ["startupProbe", "readinessProbe", "livenessProbe"],
    "cht-haproxy": ["readinessProbe", "livenessProbe"],
    "cht-haproxy-healthcheck": ["readinessProbe", "livenessProbe"],
    "cht-api": ["startupProbe", "readinessProbe", "livenessProbe"],
    // No port, and the container ends when its process does.
    "cht-sentinel": [],
    "upgrade-service": ["readinessProbe"],
};

interface Variable {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: { readonly configMapKeyRef?: { key: string }; readonly secretKeyRef?: { key: string } };
}

function variables({ env = [] }: Record<string, unknown>): Variable[] {
    return env as Variable[];
}
