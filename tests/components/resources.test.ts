import assert from "node:assert/strict";
import { planOf, registerInstance, registerTopology, type Topology, topologies, topologyNames } from "../support/plan";
import { identities, identity } from "./identities";

/** What every instance consists of, whatever its version and topology. */
const everywhere = [
    "ChtInstance demo",
    "RandomPassword demo-couchdb-password",
    "RandomPassword demo-couchdb-secret",
    "RandomUuid demo-couchdb-uuid",
    "kubernetes cluster",
    "apps/v1 Deployment cht-api",
    "apps/v1 Deployment cht-haproxy",
    "apps/v1 Deployment cht-sentinel",
    "networking.k8s.io/v1 Ingress api-ingress",
    "networking.k8s.io/v1 NetworkPolicy allow-api",
    "networking.k8s.io/v1 NetworkPolicy allow-haproxy",
    "networking.k8s.io/v1 NetworkPolicy allow-job",
    "networking.k8s.io/v1 NetworkPolicy allow-sentinel",
    "networking.k8s.io/v1 NetworkPolicy default-deny",
    "v1 ConfigMap couchdb-servers-configmap",
    "v1 LimitRange cht-defaults",
    "v1 Namespace demo",
    "v1 ResourceQuota cht-quota",
    "v1 Secret cht-couchdb-credentials",
    "v1 Service api",
    "v1 Service haproxy",
];

/** A single CouchDB has no number, the nodes of a cluster have one. */
const couchdb = (number: string) => [
    `apps/v1 Deployment cht-couchdb${number}`,
    `networking.k8s.io/v1 NetworkPolicy allow-couchdb${number}`,
    `v1 PersistentVolumeClaim couchdb${number}-claim0`,
    `v1 Service couchdb${number}`,
];
const single = couchdb("");
const cluster = ["-1", "-2", "-3"].flatMap(couchdb);

const healthcheck = [
    "apps/v1 Deployment cht-haproxy-healthcheck",
    "networking.k8s.io/v1 NetworkPolicy allow-healthcheck",
    "v1 Service healthcheck",
];

const upgradeService = [
    "apps/v1 Deployment upgrade-service",
    "networking.k8s.io/v1 NetworkPolicy allow-upgrade-service",
    "rbac.authorization.k8s.io/v1 Role deployment-manager",
    "rbac.authorization.k8s.io/v1 RoleBinding deployment-manager-cht",
    "v1 Service upgrade-service",
    "v1 ServiceAccount cht-upgrade-service-user",
];

const nouveau = "v1 Service nouveau";

const expected: Record<Topology, string[]> = {
    "4.x single": [...everywhere, ...single, ...healthcheck, ...upgradeService],
    "4.x cluster": [...everywhere, ...cluster, ...healthcheck, ...upgradeService],
    "5.2 single": [...everywhere, ...single, nouveau],
    "5.2 cluster": [...everywhere, ...cluster, ...healthcheck, nouveau],
    "5.3 single": [...everywhere, ...single, nouveau],
    "5.3 cluster": [...everywhere, ...cluster, ...healthcheck, nouveau, `${nouveau}-1`, `${nouveau}-2`, `${nouveau}-3`],
};

/** What holds the data, and what opens it. */
const kept = (claims: string[], more: string[] = []) =>
    [
        "RandomPassword demo-couchdb-password",
        "RandomPassword demo-couchdb-secret",
        "RandomUuid demo-couchdb-uuid",
        "v1 Namespace demo",
        "v1 Secret cht-couchdb-credentials",
        ...claims.map((claim) => `v1 PersistentVolumeClaim ${claim}`),
        ...more,
    ].sort();

const singleClaim = ["couchdb-claim0"];
const clusterClaims = ["couchdb-1-claim0", "couchdb-2-claim0", "couchdb-3-claim0"];

const disks = {
    couchdb: {
        nodes: 3,
        volume: {
            kind: "existing" as const,
            size: "20Gi",
            volumes: ["vol-1", "vol-2", "vol-3"].map((handle) => ({ driver: "ebs.csi.aws.com", handle })),
        },
    },
};
const diskVolumes = ["1", "2", "3"].map((number) => `v1 PersistentVolume couchdb-pv-demo-${number}`);

describe("the resources of an instance", () => {
    for (const topology of topologyNames) {
        describe(topology, () => {
            it("are exactly these", async () => {
                const { resources } = await registerTopology(topology);
                assert.deepEqual(identities(resources), expected[topology].sort());
            });

            it("are the same in a first preview, when no output is known", async () => {
                const update = await registerTopology(topology);
                const preview = await registerInstance(planOf(topologies[topology]), { firstPreview: true });
                assert.deepEqual(identities(preview.resources), identities(update.resources));
            });

            it("are protected and retained together where they hold data, and nowhere else", async () => {
                const { resources } = await registerTopology(topology);
                const claims = topology.endsWith("single") ? singleClaim : clusterClaims;
                const isProtected = resources.filter(({ options }) => options.protect);
                const isRetained = resources.filter(({ options }) => options.retainOnDelete);
                assert.deepEqual(identities(isProtected), kept(claims));
                assert.deepEqual(identities(isRetained), kept(claims));
            });

            it("are those that hold data alone when it is removed: retained, and no longer protected", async () => {
                const { resources } = await registerInstance(planOf({ ...topologies[topology], remove: "demo" }));
                const claims = topology.endsWith("single") ? singleClaim : clusterClaims;
                const isRetained = resources.filter(({ options }) => options.retainOnDelete);
                assert.deepEqual(identities(isRetained), kept(claims));
                assert.deepEqual(identities(resources.filter(({ options }) => !options.retainOnDelete)), [
                    "ChtInstance demo",
                    "kubernetes cluster",
                ]);
                assert.deepEqual(identities(resources.filter(({ options }) => options.protect)), []);
            });
        });
    }

    it("keep the PersistentVolumes made for disks too", async () => {
        const { resources } = await registerInstance(planOf(disks));
        const protectedAndRetained = resources.filter(({ options }) => options.protect && options.retainOnDelete);
        assert.deepEqual(identities(protectedAndRetained), kept(clusterClaims, diskVolumes));
    });

    it("keep every password that was ever in force", async () => {
        const plan = planOf();
        const third = { ...plan, credentials: { ...plan.credentials, generation: 3 } };
        const { resources } = await registerInstance(third);
        const passwords = resources.filter(({ name }) => name.includes("couchdb-password"));
        assert.deepEqual(identities(passwords), [
            "RandomPassword demo-couchdb-password",
            "RandomPassword demo-couchdb-password-2",
            "RandomPassword demo-couchdb-password-3",
        ]);
        assert(passwords.every(({ options }) => options.protect && options.retainOnDelete));
    });

    it("are the component's children, with its provider, and begin with its name", async () => {
        const { resources } = await registerInstance(planOf(disks));
        const children = resources.filter(({ name, type }) => name !== "cluster" && !type.endsWith("ChtInstance"));
        assert(children.length > 30);
        for (const child of children) {
            assert.equal(child.options.parent, "cht-hosting:kubernetes:ChtInstance::demo", identity(child));
            assert.match(child.name, /^demo(-|$)/);
            const provider = child.type.startsWith("kubernetes:") ? "pulumi:providers:kubernetes::cluster" : "";
            assert.equal(child.options.provider, provider, identity(child));
        }
    });

    it("have every Kubernetes object in the instance's namespace, with the labels by which it is found again", async () => {
        const { resources } = await registerInstance(planOf({ ...disks, namespace: "cht-demo" }));
        for (const resource of resources.filter(({ type }) => type.startsWith("kubernetes:"))) {
            const { namespace, labels } = resource.inputs["metadata"] as {
                namespace?: string;
                labels: Record<string, string>;
            };
            const global = ["Namespace", "PersistentVolume"].includes(resource.inputs["kind"] as string);
            assert.equal(namespace, global ? undefined : "cht-demo", identity(resource));
            assert.deepEqual(
                {
                    by: labels["app.kubernetes.io/managed-by"],
                    stack: labels["cht-hosting/stack"],
                    instance: labels["cht-hosting/instance"],
                },
                { by: "cht-hosting", stack: "cht-hosting.test", instance: "demo" },
                identity(resource),
            );
        }
    });

    it("have no option among their inputs, which Pulumi would take without a word", async () => {
        const options = ["provider", "protect", "parent", "dependsOn", "retainOnDelete", "aliases", "import"];
        for (const { inputs, type } of (await registerInstance(planOf(disks))).resources) {
            assert.deepEqual(
                Object.keys(inputs).filter((key) => options.includes(key)),
                [],
                type,
            );
        }
    });

    it("are taken over where they exist, and never made anew", async () => {
        const plan = planOf(disks);
        const adopted = {
            ...plan,
            adopt: { namespace: true, credentials: true, claims: clusterClaims.slice(1), disks: ["couchdb-pv-demo-3"] },
        };
        const { resources } = await registerInstance(adopted);
        const imports = resources.filter(({ options }) => options.import !== undefined);
        assert.deepEqual(Object.fromEntries(imports.map((resource) => [identity(resource), resource.options.import])), {
            "v1 Namespace demo": "demo",
            "v1 Secret cht-couchdb-credentials": "demo/cht-couchdb-credentials",
            "v1 PersistentVolumeClaim couchdb-2-claim0": "demo/couchdb-2-claim0",
            "v1 PersistentVolumeClaim couchdb-3-claim0": "demo/couchdb-3-claim0",
            "v1 PersistentVolume couchdb-pv-demo-3": "couchdb-pv-demo-3",
        });
    });
});
