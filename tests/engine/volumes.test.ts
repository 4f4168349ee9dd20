/** Every kind of volume binds on every kind of cluster, and to the disk that it was meant for. */
import assert from "node:assert/strict";
import { apply, get } from "../support/kubectl";
import { type Instance, Stack, sandboxCluster, smallInstance } from "../support/stack";

interface Platform {
    readonly className: string;
    readonly ingress: object;
    /** What the platform's disks are called. */
    readonly driver: string;
    readonly handle: (node: number) => string;
}

const platforms: Record<string, Platform> = {
    k3s: {
        className: "local-path",
        ingress: { kind: "traefik" },
        driver: "volumes.sandbox",
        handle: (node) => `/srv/cht/${node}`,
    },
    eks: {
        className: "gp3",
        ingress: { kind: "alb", from: [{ cidr: "10.0.0.0/16" }] },
        driver: "ebs.csi.aws.com",
        handle: (node) => `vol-0123456789abcdef${node}`,
    },
    vmware: {
        className: "vsphere",
        ingress: { kind: "nginx" },
        driver: "csi.vsphere.vmware.com",
        handle: (node) => `file://cht/${node}.vmdk`,
    },
};

const topologies = { single: 1, cluster: 2 };
const sources = ["new", "volume", "disk"] as const;
type Source = (typeof sources)[number];

const nodesOf = (nodes: number) => Array.from({ length: nodes }, (_, index) => index + 1);
const nameOf = (platform: string, topology: string, source: Source) => `${platform}-${topology}-${source}`;
/** A disk is used once: another one for each instance. */
const handleOf = ({ handle }: Platform, topology: string, node: number) => handle(topology === "single" ? 1 : node + 1);

describe("volumes", () => {
    before("deploy every platform", () =>
        Promise.all(Object.entries(platforms).map(([name, platform]) => deploy(name, platform))),
    );

    for (const [name, platform] of Object.entries(platforms)) {
        describe(`on ${name} (${platform.className}, ${platform.driver})`, () => {
            for (const [topology, nodes] of Object.entries(topologies)) {
                for (const source of sources) {
                    it(`bind to a ${topology} CouchDB: ${source}`, async () => {
                        const namespace = nameOf(name, topology, source);
                        assert.deepEqual(
                            await claimsIn(namespace, source),
                            nodesOf(nodes).map((node) => expectedClaim(platform, namespace, topology, source, node)),
                        );
                    });
                }
            }

            it("have every CouchDB running on them", async () => {
                const selector = `cht-hosting/stack=cht-hosting.${name},app.kubernetes.io/component=couchdb`;
                const deployments = await get("deployments", "--all-namespaces", `--selector=${selector}`);
                assert.equal(deployments.length, 9);
                for (const { metadata, status } of deployments) {
                    assert.equal(status.availableReplicas, 1, `${metadata.namespace}/${metadata.name}`);
                }
            });
        });
    }
});

/** One instance for each topology and source, all in one stack. */
async function deploy(name: string, platform: Platform): Promise<void> {
    const { className, ingress, driver } = platform;
    if (className !== "local-path") await apply(storageClass(className));
    const instances: Record<string, Instance> = {};
    for (const [topology, nodes] of Object.entries(topologies)) {
        const prepared = nodesOf(nodes).map((node) => `${nameOf(name, topology, "volume")}-${node}`);
        await apply(...prepared.map((each) => volume(each, className)));
        const existing = (volumes: object[]) => ({ kind: "existing", size: "2Gi", className, volumes });
        const settings: Record<Source, object> = {
            new: { kind: "new", size: "2Gi" },
            volume: existing(prepared.map((persistentVolume) => ({ persistentVolume }))),
            disk: existing(
                nodesOf(nodes).map((node) => ({ driver, handle: handleOf(platform, topology, node), zone: "zone-a" })),
            ),
        };
        for (const source of sources) {
            const instance = nameOf(name, topology, source);
            instances[instance] = smallInstance(instance, { couchdb: { nodes, volume: settings[source] } });
        }
    }
    const stack = await Stack.create(name, {
        cluster: { ...sandboxCluster, storage: { className }, ingress },
        instances,
    });
    await stack.deploy();
}

/** What each claim of a namespace is bound to. */
async function claimsIn(namespace: string, source: Source): Promise<object[]> {
    const [claims, volumes] = await Promise.all([
        get("persistentvolumeclaims", `--namespace=${namespace}`),
        get("persistentvolumes"),
    ]);
    const behind = new Map(volumes.map((each) => [each.metadata.name, each["spec"]]));
    return claims.map(({ metadata, spec, status }) => {
        const { csi, claimRef, persistentVolumeReclaimPolicy } = behind.get(spec.volumeName);
        return {
            claim: metadata.name,
            phase: status.phase,
            size: status.capacity.storage,
            className: spec.storageClassName,
            keeps: persistentVolumeReclaimPolicy,
            volume: source === "new" ? "its own" : spec.volumeName,
            disk: source === "disk" ? `${csi.driver} ${csi.volumeHandle}` : csi.driver,
            belongs: claimRef.uid === metadata.uid,
        };
    });
}

function expectedClaim(platform: Platform, namespace: string, topology: string, source: Source, node: number): object {
    const number = topology === "single" ? "" : `-${node}`;
    return {
        claim: `couchdb${number}-claim0`,
        phase: "Bound",
        size: "2Gi",
        className: platform.className,
        keeps: "Retain",
        volume: { new: "its own", volume: `${namespace}-${node}`, disk: `couchdb-pv-${namespace}${number}` }[source],
        disk: source === "disk" ? `${platform.driver} ${handleOf(platform, topology, node)}` : "volumes.sandbox",
        belongs: true,
    };
}

/** A class as the platform would have it; what stands behind it is the sandbox's. */
function storageClass(name: string): object {
    return {
        apiVersion: "storage.k8s.io/v1",
        kind: "StorageClass",
        metadata: { name },
        provisioner: "volumes.sandbox",
        reclaimPolicy: "Retain",
        volumeBindingMode: "WaitForFirstConsumer",
        allowVolumeExpansion: true,
    };
}

/** A volume that somebody prepared before. */
function volume(name: string, storageClassName: string): object {
    return {
        apiVersion: "v1",
        kind: "PersistentVolume",
        metadata: { name },
        spec: {
            storageClassName,
            capacity: { storage: "2Gi" },
            accessModes: ["ReadWriteOnce"],
            persistentVolumeReclaimPolicy: "Retain",
            csi: { driver: "volumes.sandbox", volumeHandle: name },
        },
    };
}
