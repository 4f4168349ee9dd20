import assert from "node:assert/strict";
import { type Inputs, objectsOf, resourceOf } from "../support/objects";
import { clusters, type InstanceInput, type Platform, planOf, platforms, registerInstance } from "../support/plan";

interface Claim {
    readonly metadata: { readonly name: string; readonly namespace: string };
    readonly spec: {
        readonly accessModes: string[];
        readonly storageClassName?: string;
        readonly volumeName?: string;
        readonly resources: { readonly requests: { readonly storage: string } };
    };
}

interface Volume {
    readonly metadata: { readonly name: string };
    readonly spec: {
        readonly accessModes: string[];
        readonly storageClassName: string;
        readonly capacity: { readonly storage: string };
        readonly persistentVolumeReclaimPolicy: string;
        readonly csi: Inputs;
        readonly claimRef?: { readonly namespace: string; readonly name: string };
        readonly nodeAffinity?: unknown;
    };
}

/**
 * Why a claim would stay pending, by the rules of Kubernetes: a class must exist where the volume is made; a volume must have
 * the claim's name for it, class, access modes and size, and be meant for no other claim.
 *
 * @see https://kubernetes.io/docs/concepts/storage/persistent-volumes/#binding
 */
function pendingReasons(
    { metadata, spec }: Claim,
    volumes: Record<string, Volume>,
    classes: readonly string[],
): string[] {
    if (spec.volumeName === undefined) {
        return classes.includes(spec.storageClassName ?? "") ? [] : [`there is no class '${spec.storageClassName}'`];
    }
    const volume = volumes[spec.volumeName]?.spec;
    if (volume === undefined) return [`there is no volume '${spec.volumeName}'`];
    const { namespace, name } = volume.claimRef ?? metadata;
    const wrong: [boolean, string][] = [
        // A claim without a class gets the cluster's default one, and then does not fit.
        [spec.storageClassName !== volume.storageClassName, "class"],
        [spec.accessModes.some((mode) => !volume.accessModes.includes(mode)), "access modes"],
        [spec.resources.requests.storage !== volume.capacity.storage, "size"],
        [namespace !== metadata.namespace || name !== metadata.name, "meant for another claim"],
    ];
    return wrong.flatMap(([isWrong, reason]) => (isWrong ? [reason] : []));
}

const nodes = { single: 1, cluster: 3 } as const;
type Size = keyof typeof nodes;
const numbers: Record<Size, string[]> = { single: [""], cluster: ["-1", "-2", "-3"] };

const handles: Record<
    Platform,
    { driver: string; handle: string; attributes?: Record<string, string>; zone?: string }
> = {
    k3s: { driver: "driver.longhorn.io", handle: "pvc-0" },
    eks: {
        driver: "ebs.csi.aws.com",
        handle: "vol-0123456789abcdef0",
        attributes: { partition: "2" },
        zone: "eu-west-2a",
    },
    vsphere: { driver: "csi.vsphere.vmware.com", handle: "6f2a0c3e" },
};

/** What an operator writes for each source of a volume. */
const sources: Record<string, (platform: Platform, size: Size) => InstanceInput["couchdb"]> = {
    new: (_, size) => ({ nodes: nodes[size], volume: { kind: "new", size: "10Gi" } }),
    persistentVolume: (platform, size) => ({
        nodes: nodes[size],
        volume: {
            kind: "existing",
            size: "10Gi",
            className: clusters[platform].storage.className,
            volumes: numbers[size].map((number) => ({ persistentVolume: `old${number}` })),
        },
    }),
    disk: (platform, size) => ({
        nodes: nodes[size],
        volume: {
            kind: "existing",
            size: "10Gi",
            volumes: numbers[size].map((number) => ({
                ...handles[platform],
                handle: handles[platform].handle + number,
            })),
        },
    }),
};

/** PersistentVolumes as an operator would have made them before. */
function oldVolumes(className: string): Record<string, Volume> {
    const volume = (name: string): Volume => ({
        metadata: { name },
        spec: {
            accessModes: ["ReadWriteOnce"],
            storageClassName: className,
            capacity: { storage: "10Gi" },
            persistentVolumeReclaimPolicy: "Retain",
            csi: {},
        },
    });
    return Object.fromEntries(["old", "old-1", "old-2", "old-3"].map((name) => [name, volume(name)]));
}

async function registered(input: Partial<InstanceInput>, platform: Platform = "vsphere") {
    const cluster = clusters[platform];
    // Of an instance that is to be removed only what holds data is made: the same claims, sooner.
    const plan = planOf({ ...input, remove: "demo" }, { cluster });
    const { resources } = await registerInstance(plan, { cluster });
    return {
        resources,
        claims: objectsOf(resources, "PersistentVolumeClaim") as unknown as Record<string, Claim>,
        volumes: objectsOf(resources, "PersistentVolume") as unknown as Record<string, Volume>,
    };
}

describe("the volumes of an instance", () => {
    for (const platform of platforms) {
        for (const size of ["single", "cluster"] as const) {
            for (const [source, couchdb] of Object.entries(sources)) {
                it(`bind: ${platform}, ${size}, ${source}`, async () => {
                    const { claims, volumes } = await registered({ couchdb: couchdb(platform, size) }, platform);
                    assert.deepEqual(
                        Object.keys(claims).sort(),
                        numbers[size].map((number) => `couchdb${number}-claim0`),
                    );
                    const made = source === "disk" ? numbers[size].map((number) => `couchdb-pv-demo${number}`) : [];
                    assert.deepEqual(Object.keys(volumes).sort(), made);
                    const { className } = clusters[platform].storage;
                    const all = { ...volumes, ...oldVolumes(className) };
                    for (const claim of Object.values(claims)) {
                        assert.deepEqual(pendingReasons(claim, all, [className]), [], claim.metadata.name);
                    }
                    const used = Object.values(claims).map(({ spec }) => spec.volumeName);
                    assert.equal(new Set(used).size, source === "new" ? 1 : nodes[size]);
                });
            }
        }
    }

    it("are exactly what the platform's CSI driver needs, where a disk exists", async () => {
        const { volumes } = await registered({ couchdb: sources["disk"]?.("eks", "single") }, "eks");
        assert.deepEqual(volumes["couchdb-pv-demo"]?.spec, {
            accessModes: ["ReadWriteOnce"],
            capacity: { storage: "10Gi" },
            storageClassName: "",
            persistentVolumeReclaimPolicy: "Retain",
            csi: {
                driver: "ebs.csi.aws.com",
                volumeHandle: "vol-0123456789abcdef0",
                fsType: "ext4",
                volumeAttributes: { partition: "2" },
            },
            claimRef: { namespace: "demo", name: "couchdb-claim0" },
            nodeAffinity: {
                required: {
                    nodeSelectorTerms: [
                        {
                            matchExpressions: [
                                { key: "topology.kubernetes.io/zone", operator: "In", values: ["eu-west-2a"] },
                            ],
                        },
                    ],
                },
            },
        });
    });

    it("say where they come from, so that the next preview knows", async () => {
        const said: Record<string, unknown> = {};
        for (const [source, couchdb] of Object.entries(sources)) {
            const { claims } = await registered({ couchdb: couchdb("eks", "single") }, "eks");
            said[source] = (claims["couchdb-claim0"]?.metadata as Inputs | undefined)?.["annotations"];
        }
        const notAwaited = { "pulumi.com/skipAwait": "true" };
        assert.deepEqual(said, {
            new: { "cht-hosting/volume-source": "new" },
            persistentVolume: { "cht-hosting/volume-source": "persistentVolume old", ...notAwaited },
            disk: { "cht-hosting/volume-source": "disk ebs.csi.aws.com vol-0123456789abcdef0", ...notAwaited },
        });
    });

    it("are made after the Secret that opens them", async () => {
        const { resources } = await registered({});
        const { dependsOn } = resourceOf(resources, "PersistentVolumeClaim", "demo-couchdb-claim0").options;
        assert(dependsOn.includes("kubernetes:core/v1:Secret::demo-credentials"));
    });

    it("leave it to Kubernetes to say which volume a new claim got", async () => {
        const ignored: Record<string, readonly string[]> = {};
        for (const [source, couchdb] of Object.entries(sources)) {
            const { resources } = await registered({ couchdb: couchdb("eks", "single") }, "eks");
            ignored[source] = resourceOf(
                resources,
                "PersistentVolumeClaim",
                "demo-couchdb-claim0",
            ).options.ignoreChanges;
        }
        assert.deepEqual(ignored, { new: ["spec.volumeName"], persistentVolume: [], disk: [] });
    });

    it("have the size in the API server's words", async () => {
        const { claims } = await registered({ couchdb: { volume: { kind: "new", size: "2048Gi" } } });
        assert.equal(claims["couchdb-claim0"]?.spec.resources.requests.storage, "2Ti");
    });
});

describe("pendingReasons", () => {
    const claim: Claim = {
        metadata: { namespace: "demo", name: "claim" },
        spec: { accessModes: ["ReadWriteOnce"], storageClassName: "gp3", resources: { requests: { storage: "10Gi" } } },
    };
    const on = (volumeName: string, storageClassName?: string) => ({
        ...claim,
        spec: { ...claim.spec, volumeName, storageClassName },
    });
    const taken = {
        ...oldVolumes("gp3").old,
        spec: { ...oldVolumes("gp3").old?.spec, claimRef: { namespace: "demo", name: "x" } },
    };

    const cases: [string, Claim, string[]][] = [
        ["a class that exists", claim, []],
        [
            "a class that does not",
            { ...claim, spec: { ...claim.spec, storageClassName: "gp2" } },
            ["there is no class 'gp2'"],
        ],
        ["a volume that fits", on("old", "gp3"), []],
        ["a volume that is not there", on("other", "gp3"), ["there is no volume 'other'"]],
        // What the 5.x chart makes on k3s: https://github.com/medic/cht-core, its templates for claims.
        ["a volume of another class", on("old", ""), ["class"]],
        ["no class said", on("old"), ["class"]],
        ["a volume meant for another claim", on("taken", "gp3"), ["meant for another claim"]],
    ];
    for (const [name, given, expected] of cases) {
        const volumes = { ...oldVolumes("gp3"), taken: taken as Volume };
        it(name, () => assert.deepEqual(pendingReasons(given, volumes, ["gp3"]), expected));
    }
});
