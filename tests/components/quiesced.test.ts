import assert from "node:assert/strict";
import { DEADLINE_SECONDS, PATIENCE, quiescedProgram } from "../../cht/quiesced";
import type { InstancePlan } from "../../config/plan";
import { type Inputs, objectOf, objectsOf } from "../support/objects";
import { clusters, type InstanceInput, planOf, registerInstance } from "../support/plan";
import { type PodSpec, restrictedViolations } from "../support/pod-security";
import type { Registered } from "../support/register";

const cluster = { ...clusters.vsphere, storage: { className: "vmware-sc", snapshotClassName: "vmware-snapshots" } };
const name = "cht-snapshots";
const planned = (input: Partial<InstanceInput> = {}): InstancePlan =>
    planOf(
        { snapshots: { quiesced: { every: "week", on: "monday", at: "03:15", keep: "8 weeks" } }, ...input },
        { cluster },
    );

async function registered(plan = planned(), firstPreview = false): Promise<readonly Registered[]> {
    return (await registerInstance(plan, { cluster, firstPreview })).resources;
}

function jobOf(resources: readonly Registered[]): { job: Inputs; pod: PodSpec; labels: Record<string, string> } {
    const { jobTemplate } = objectOf(resources, "CronJob", name)["spec"] as { jobTemplate: { spec: Inputs } };
    const template = jobTemplate.spec["template"] as { spec: PodSpec; metadata: { labels: Record<string, string> } };
    return { job: jobTemplate.spec, pod: template.spec, labels: template.metadata.labels };
}

function settingsOf(resources: readonly Registered[]): Record<string, unknown> {
    const data = objectOf(resources, "ConfigMap", name)["data"] as Record<string, string>;
    return JSON.parse(data["settings.json"] ?? "") as Record<string, unknown>;
}

describe("the quiesced sets of an instance", () => {
    let resources: readonly Registered[];
    before(async () => (resources = await registered()));

    it("are made of exactly these", async () => {
        const without = (await registered(planOf({}, { cluster }))).map(({ type, name }) => `${type} ${name}`);
        const more = resources.map(({ type, name }) => `${type} ${name}`).filter((each) => !without.includes(each));
        assert.deepEqual(more.sort(), [
            "kubernetes:batch/v1:CronJob demo-snapshots",
            "kubernetes:coordination.k8s.io/v1:Lease demo-snapshots",
            "kubernetes:core/v1:ConfigMap demo-snapshots",
            "kubernetes:core/v1:ServiceAccount demo-snapshots",
            "kubernetes:networking.k8s.io/v1:NetworkPolicy demo-allow-snapshots",
            "kubernetes:rbac.authorization.k8s.io/v1:Role demo-snapshots",
            "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding demo-snapshots",
        ]);
    });

    it("are the same in the first preview", async () => {
        const names = (all: readonly Registered[]) => all.map(({ type, name }) => `${type} ${name}`).sort();
        assert.deepEqual(names(await registered(planned(), true)), names(resources));
    });

    it("begin in UTC, one at a time, and never much later than planned", () => {
        const { jobTemplate, ...spec } = objectOf(resources, "CronJob", name)["spec"] as Inputs;
        assert(jobTemplate !== undefined);
        assert.deepEqual(spec, {
            schedule: "15 3 * * 1",
            timeZone: "Etc/UTC",
            concurrencyPolicy: "Forbid",
            startingDeadlineSeconds: 3600,
            successfulJobsHistoryLimit: 1,
            failedJobsHistoryLimit: 3,
        });
    });

    it("end in time, and are tried again at once, since a try begins with repair", () => {
        const { job } = jobOf(resources);
        assert.deepEqual([job["activeDeadlineSeconds"], job["backoffLimit"]], [DEADLINE_SECONDS, 3]);
        const { pods, snapshots, api, lease } = PATIENCE;
        assert(DEADLINE_SECONDS > pods + snapshots + api + lease + 30);
    });

    it("may stop and start the two writers, and handle snapshots of the namespace: nothing else", () => {
        const { rules } = objectOf(resources, "Role", name);
        assert.deepEqual(rules, [
            {
                apiGroups: ["apps"],
                resources: ["deployments"],
                resourceNames: ["cht-sentinel", "cht-api"],
                verbs: ["get"],
            },
            {
                apiGroups: ["apps"],
                resources: ["deployments/scale"],
                resourceNames: ["cht-sentinel", "cht-api"],
                verbs: ["patch"],
            },
            { apiGroups: [""], resources: ["pods"], verbs: ["list"] },
            {
                apiGroups: ["coordination.k8s.io"],
                resources: ["leases"],
                resourceNames: ["cht-snapshots"],
                verbs: ["get", "patch"],
            },
            {
                apiGroups: ["snapshot.storage.k8s.io"],
                resources: ["volumesnapshots"],
                verbs: ["create", "delete", "get", "list", "patch"],
            },
        ]);
        const { subjects, roleRef } = objectOf(resources, "RoleBinding", name);
        assert.deepEqual(subjects, [{ kind: "ServiceAccount", name, namespace: "demo" }]);
        assert.deepEqual(roleRef, { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name });
    });

    it("reach the API server, and nobody reaches them", () => {
        assert.deepEqual(objectOf(resources, "NetworkPolicy", "allow-snapshots")["spec"], {
            podSelector: { matchLabels: { "cht.service": "snapshots" } },
            policyTypes: ["Ingress", "Egress"],
            egress: [
                {
                    to: [{ ipBlock: { cidr: "0.0.0.0/0" } }],
                    ports: [
                        { port: 443, protocol: "TCP" },
                        { port: 6443, protocol: "TCP" },
                    ],
                },
            ],
        });
        assert.equal(jobOf(resources).labels["cht.service"], "snapshots");
    });

    it("run in the instance's own API image, where its pods may run, as nobody in particular", async () => {
        const where = { nodeSelector: { pool: "cht" }, tolerations: [{ key: "cht", operator: "Exists" as const }] };
        const { pod } = jobOf(
            await registered(planned({ version: "4.22.0", placement: where, images: { pullSecret: "registry" } })),
        );
        assert.deepEqual(restrictedViolations(pod), []);
        const [container] = pod.containers;
        assert.equal(container?.["image"], "public.ecr.aws/medic/cht-api:4.22.0");
        assert.deepEqual(container?.["command"], ["node", "/cht-hosting/run.js"]);
        const { nodeSelector, tolerations, imagePullSecrets, automountServiceAccountToken, serviceAccountName } = pod;
        assert.deepEqual(
            { nodeSelector, tolerations, imagePullSecrets, automountServiceAccountToken, serviceAccountName },
            {
                ...where,
                imagePullSecrets: [{ name: "registry" }],
                automountServiceAccountToken: true,
                serviceAccountName: name,
            },
        );
    });

    it("are told what they need", async () => {
        const { patience, labels, ...settings } = settingsOf(
            await registered(planned({ couchdb: { nodes: 2 }, version: "5.2.0" })),
        );
        assert.deepEqual(patience, PATIENCE);
        assert.equal((labels as Record<string, string>)["cht-hosting/instance"], "demo");
        assert.deepEqual(settings, {
            namespace: "demo",
            writers: ["cht-sentinel", "cht-api"],
            podSelector: "cht.service in (sentinel,api)",
            claims: ["couchdb-1-claim0", "couchdb-2-claim0"],
            snapshotClassName: "vmware-snapshots",
            annotations: {
                "cht-hosting/cluster": "vsphere",
                "cht-hosting/couchdb-nodes": "2",
                "cht-hosting/data-path": "data",
                "cht-hosting/version": "5.2.0",
                "cht-hosting/credentials-generation": "1",
            },
            lease: "cht-snapshots",
            keep: { seconds: 8 * 7 * 86_400 },
            account: "/var/run/secrets/kubernetes.io/serviceaccount",
        });
    });

    it("have a program of Node alone, which Node 16 can read", () => {
        const program = quiescedProgram();
        const data = objectOf(resources, "ConfigMap", name)["data"] as Record<string, string>;
        assert.deepEqual(Object.keys(data).sort(), [...Object.keys(program), "settings.json"].sort());
        for (const [file, text] of Object.entries(program)) {
            const required = [...text.matchAll(/require\("([^"]+)"\)/g)].map(([, of = ""]) => of);
            const strange = required.filter((of) => !of.startsWith("node:") && !(`${of.slice(2)}.js` in program));
            assert.deepEqual(strange, [], file);
            // What came with Node 18 and later.
            assert.doesNotMatch(
                text,
                /\bfetch\(|structuredClone|\.toSorted|\.toReversed|\.findLast|\.with\(|Object\.groupBy/,
            );
        }
    });

    it("are not part of a removal, nor of an instance that takes none", async () => {
        for (const plan of [planned({ remove: "demo" }), planOf({}, { cluster })]) {
            const all = await registered(plan);
            assert.deepEqual([objectsOf(all, "CronJob"), objectsOf(all, "Lease")], [{}, {}]);
        }
    });
});
