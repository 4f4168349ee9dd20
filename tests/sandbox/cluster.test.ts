import assert from "node:assert/strict";
import { apply, dispose, eventually, field, kubectl, sandboxModule, temporaryFolder } from "./support";

describe("sandbox: a real Kubernetes with simulated machines", function () {
    this.timeout(120_000);
    let directory: string;
    const namespace = "test";

    before(async () => {
        directory = temporaryFolder();
        await (await sandboxModule()).start({ directory });
        kubectl(directory, ["create", "namespace", namespace]);
        await serviceAccount(namespace);
    });
    after(() => dispose(directory));

    /** A pod is admitted only once its namespace has its service account. */
    const serviceAccount = (name: string) =>
        eventually(
            () =>
                kubectl(directory, [
                    "get",
                    "serviceaccount/default",
                    "--namespace",
                    name,
                    "--ignore-not-found",
                    "--output=name",
                ]),
            (found) => found !== "",
        );
    const get = (object: string, path: string) => field(directory, namespace, object, path);
    const becomes = (object: string, path: string, expected: string) =>
        eventually(
            () => get(object, path),
            (value) => value === expected,
        );
    const refused = (object: object, reason: RegExp) => assert.throws(() => apply(directory, object), reason);
    const metadata = (name: string, more: object = {}) => ({ name, namespace, ...more });
    const pod = (name: string, spec: object = {}, image = "example") => ({
        apiVersion: "v1",
        kind: "Pod",
        metadata: metadata(name, { labels: { app: name } }),
        spec: { containers: [{ name: "main", image }], ...spec },
    });
    const claim = (name: string, more: object = {}) => ({
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: metadata(name),
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, ...more },
    });
    const mounting = (claimName: string, more: object = {}) => ({
        volumes: [{ name: "data", persistentVolumeClaim: { claimName } }],
        ...more,
    });
    const inZone = (zone: string) => ({ nodeSelector: { "topology.kubernetes.io/zone": zone } });

    it("has two machines in each of three zones, labelled as a cloud's are", () => {
        const { items } = JSON.parse(kubectl(directory, ["get", "nodes", "--output=json"])) as {
            items: { metadata: { name: string; labels: object } }[];
        };
        const labels = (name: string, zone: string) => ({
            // these two old ones are added by kube-controller-manager
            "beta.kubernetes.io/arch": "amd64",
            "beta.kubernetes.io/os": "linux",
            "kubernetes.io/arch": "amd64",
            "kubernetes.io/hostname": name,
            "kubernetes.io/os": "linux",
            "node.kubernetes.io/instance-type": "simulated",
            "topology.kubernetes.io/region": "sandbox",
            "topology.kubernetes.io/zone": zone,
        });
        const expected = ["zone-a", "zone-b", "zone-c"].flatMap((zone) =>
            [1, 2].map((number) => [`${zone}-${number}`, labels(`${zone}-${number}`, zone)]),
        );
        assert.deepEqual(
            Object.fromEntries(items.map((node) => [node.metadata.name, node.metadata.labels])),
            Object.fromEntries(expected),
        );
    });

    it("is one version throughout", () => {
        const { clientVersion, serverVersion } = JSON.parse(kubectl(directory, ["version", "--output=json"])) as Record<
            string,
            { gitVersion: string }
        >;
        assert.match(serverVersion?.gitVersion ?? "", /^v1\.36\./);
        assert.equal(clientVersion?.gitVersion, serverVersion?.gitVersion);
    });

    it("spreads pods over the zones", async () => {
        const constraint = {
            maxSkew: 1,
            topologyKey: "topology.kubernetes.io/zone",
            whenUnsatisfiable: "DoNotSchedule",
            labelSelector: { matchLabels: { app: "spread" } },
        };
        const template = {
            metadata: { labels: { app: "spread" } },
            spec: { topologySpreadConstraints: [constraint], containers: [{ name: "main", image: "example" }] },
        };
        apply(directory, {
            apiVersion: "apps/v1",
            kind: "Deployment",
            metadata: metadata("spread"),
            spec: { replicas: 3, selector: { matchLabels: { app: "spread" } }, template },
        });
        await becomes("deployment/spread", ".status.readyReplicas", "3");
        const nodes = kubectl(directory, [
            "get",
            "pods",
            "--namespace",
            namespace,
            "--selector=app=spread",
            "--output=jsonpath={.items[*].spec.nodeName}",
        ]);
        assert.deepEqual(
            nodes
                .split(" ")
                .map((node) => node.slice(0, -2))
                .sort(),
            ["zone-a", "zone-b", "zone-c"],
        );
    });

    it("never starts a pod whose image is tagged missing, as when a registry does not have it", async () => {
        apply(directory, pod("no-image", {}, "example:missing"));
        await becomes("pod/no-image", ".status.containerStatuses[0].state.waiting.reason", "ImagePullBackOff");
        assert.equal(get("pod/no-image", ".status.phase"), "Pending");
        await eventually(
            () =>
                kubectl(directory, [
                    "get",
                    "events",
                    "--namespace",
                    namespace,
                    "--field-selector=involvedObject.name=no-image",
                ]),
            (events) => events.includes("Failed to pull image"),
        );
    });

    it("ends a pod that is not restarted, and completes a Job", async () => {
        apply(directory, pod("once", { restartPolicy: "Never" }), {
            apiVersion: "batch/v1",
            kind: "Job",
            metadata: metadata("job"),
            spec: {
                template: { spec: { restartPolicy: "OnFailure", containers: [{ name: "main", image: "example" }] } },
            },
        });
        await becomes("pod/once", ".status.phase", "Succeeded");
        await becomes("job/job", ".status.succeeded", "1");
    });

    it("gives a pod an address that a Service finds, and a log, and refuses to run commands in it", async () => {
        const service = {
            apiVersion: "v1",
            kind: "Service",
            metadata: metadata("web"),
            spec: { selector: { app: "web" }, ports: [{ port: 80 }] },
        };
        apply(directory, pod("web"), service);
        await becomes("pod/web", '.status.conditions[?(@.type=="Ready")].status', "True");
        const address = get("pod/web", ".status.podIP");
        assert.match(address, /^10\.42\./);
        await eventually(
            () =>
                kubectl(directory, [
                    "get",
                    "endpointslices",
                    "--namespace",
                    namespace,
                    "--selector=kubernetes.io/service-name=web",
                    "--output=jsonpath={.items[*].endpoints[*].addresses[*]}",
                ]),
            (found) => found === address,
        );
        assert.match(kubectl(directory, ["logs", "--namespace", namespace, "web"]), /simulates containers/);
        assert.throws(
            () => kubectl(directory, ["exec", "--namespace", namespace, "web", "--", "true"]),
            /no exec found/,
        );
    });

    describe("volumes", () => {
        it("binds a claim when a pod that uses it is scheduled, not before, in the zone of that pod", async () => {
            apply(directory, claim("data"), claim("unused"));
            await eventually(
                () => kubectl(directory, ["events", "--namespace", namespace, "--for=pvc/data"]),
                (events) => events.includes("WaitForFirstConsumer"),
            );
            assert.equal(get("pvc/data", ".status.phase"), "Pending");

            apply(directory, pod("first", mounting("data", inZone("zone-b"))));
            await becomes("pvc/data", ".status.phase", "Bound");
            await becomes("pod/first", ".status.phase", "Running");
            const volume = `pv/${get("pvc/data", ".spec.volumeName")}`;
            assert.equal(
                get(volume, ".spec.nodeAffinity.required.nodeSelectorTerms[*].matchExpressions[*].values[*]"),
                "zone-b",
            );
            assert.equal(get("pvc/unused", ".status.phase"), "Pending");
        });

        it("leaves a pod unscheduled whose volume is in another zone", async () => {
            apply(directory, pod("elsewhere", mounting("data", inZone("zone-c"))));
            await eventually(
                () => get("pod/elsewhere", '.status.conditions[?(@.type=="PodScheduled")].message'),
                (message) => message.includes("didn't match PersistentVolume's node affinity"),
            );
        });

        it("grows a claim and its volume, and refuses to make it smaller", async () => {
            const request = (storage: string) => JSON.stringify({ spec: { resources: { requests: { storage } } } });
            const patch = (storage: string) =>
                kubectl(directory, [
                    "patch",
                    "pvc/data",
                    "--namespace",
                    namespace,
                    "--type=merge",
                    "--patch",
                    request(storage),
                ]);
            patch("3Gi");
            await becomes("pvc/data", ".status.capacity.storage", "3Gi");
            assert.equal(get(`pv/${get("pvc/data", ".spec.volumeName")}`, ".spec.capacity.storage"), "3Gi");
            assert.throws(() => patch("2Gi"), /field can not be less than status\.capacity/);
        });

        it("takes a snapshot, and makes a claim from it but not from one that does not exist", async () => {
            const snapshot = (name: string, source: object) => ({
                apiVersion: "snapshot.storage.k8s.io/v1",
                kind: "VolumeSnapshot",
                metadata: metadata(name),
                spec: { volumeSnapshotClassName: "local-path", source },
            });
            const from = (name: string) => ({
                dataSource: { apiGroup: "snapshot.storage.k8s.io", kind: "VolumeSnapshot", name },
            });
            apply(
                directory,
                snapshot("taken", { persistentVolumeClaimName: "data" }),
                snapshot("of-nothing", { persistentVolumeClaimName: "none" }),
            );
            await becomes("volumesnapshot/taken", ".status.readyToUse", "true");
            const content = get("volumesnapshot/taken", ".status.boundVolumeSnapshotContentName");
            await becomes(`volumesnapshotcontent/${content}`, ".status.readyToUse", "true");

            apply(directory, claim("restored", from("taken")), claim("invented", from("none")));
            apply(directory, pod("restoring", mounting("restored")), pod("inventing", mounting("invented")));
            await becomes("pod/restoring", ".status.phase", "Running");
            assert.equal(get("pvc/restored", ".status.phase"), "Bound");
            assert.equal(get("pvc/invented", ".status.phase"), "Pending");
            assert.equal(get("volumesnapshot/of-nothing", ".status.readyToUse"), "");
            refused(snapshot("both", { persistentVolumeClaimName: "data", volumeSnapshotContentName: "x" }), /oneOf/);
        });

        it("keeps a volume after its claim, and deletes one whose owner chose that", async () => {
            const volume = `pv/${get("pvc/restored", ".spec.volumeName")}`;
            assert.equal(get(volume, ".spec.persistentVolumeReclaimPolicy"), "Retain");
            kubectl(directory, ["delete", "pod/restoring", "pvc/restored", "--namespace", namespace]);
            await becomes(volume, ".status.phase", "Released");
            kubectl(directory, ["patch", volume, "--patch", '{"spec":{"persistentVolumeReclaimPolicy":"Delete"}}']);
            await eventually(
                () => kubectl(directory, ["get", volume, "--ignore-not-found"]),
                (found) => found === "",
            );
        });
    });

    it("gives a load balancer an address, and an Ingress of a class that it has", async () => {
        const service = {
            apiVersion: "v1",
            kind: "Service",
            metadata: metadata("balanced"),
            spec: { type: "LoadBalancer", ports: [{ port: 80 }] },
        };
        const rules = [
            {
                host: "cht.example.org",
                http: {
                    paths: [
                        {
                            path: "/",
                            pathType: "Prefix",
                            backend: { service: { name: "balanced", port: { number: 80 } } },
                        },
                    ],
                },
            },
        ];
        const ingress = (ingressClassName: string) => ({
            apiVersion: "networking.k8s.io/v1",
            kind: "Ingress",
            metadata: metadata(ingressClassName),
            spec: { ingressClassName, rules },
        });
        apply(directory, service, ...["nginx", "traefik", "alb", "unheard-of"].map(ingress));
        await becomes("service/balanced", ".status.loadBalancer.ingress[0].ip", "198.51.100.10");
        await becomes("ingress/nginx", ".status.loadBalancer.ingress[0].ip", "198.51.100.20");
        await becomes("ingress/traefik", ".status.loadBalancer.ingress[0].ip", "198.51.100.20");
        await becomes("ingress/alb", ".status.loadBalancer.ingress[0].hostname", "test-alb.elb.sandbox.invalid");
        assert.equal(get("ingress/unheard-of", ".status.loadBalancer"), "{}");
    });

    describe("admission", () => {
        it("refuses a pod that its namespace's Pod Security level forbids", async () => {
            const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
            apply(directory, { apiVersion: "v1", kind: "Namespace", metadata: { name: "restricted", labels } });
            await serviceAccount("restricted");
            const securityContext = {
                allowPrivilegeEscalation: false,
                runAsNonRoot: true,
                capabilities: { drop: ["ALL"] },
                seccompProfile: { type: "RuntimeDefault" },
            };
            const strict = {
                ...pod("strict"),
                metadata: { name: "strict", namespace: "restricted" },
                spec: { containers: [{ name: "main", image: "example", securityContext }] },
            };
            apply(directory, strict);
            refused(
                { ...pod("loose"), metadata: { name: "loose", namespace: "restricted" } },
                /violates PodSecurity "restricted:latest"/,
            );
        });

        it("refuses what a quota has no room for, after a limit range filled in the defaults", async () => {
            apply(directory, { apiVersion: "v1", kind: "Namespace", metadata: { name: "small" } });
            await serviceAccount("small");
            const inSmall = (name: string) => ({ ...pod(name), metadata: { name, namespace: "small" } });
            const limits = [{ type: "Container", default: { memory: "1Gi" }, defaultRequest: { memory: "1Gi" } }];
            apply(
                directory,
                {
                    apiVersion: "v1",
                    kind: "LimitRange",
                    metadata: { name: "defaults", namespace: "small" },
                    spec: { limits },
                },
                {
                    apiVersion: "v1",
                    kind: "ResourceQuota",
                    metadata: { name: "quota", namespace: "small" },
                    spec: { hard: { "limits.memory": "1536Mi" } },
                },
            );
            await eventually(
                () => field(directory, "small", "resourcequota/quota", ".status.used"),
                (used) => used !== "",
            );
            apply(directory, inSmall("one"));
            assert.equal(field(directory, "small", "pod/one", ".spec.containers[0].resources.limits.memory"), "1Gi");
            refused(
                inSmall("two"),
                /exceeded quota: quota, requested: limits\.memory=1Gi, used: limits\.memory=1Gi, limited: limits\.memory=1536Mi/,
            );
        });

        it("protects pods from eviction by their disruption budget", async () => {
            apply(directory, pod("steady"), {
                apiVersion: "policy/v1",
                kind: "PodDisruptionBudget",
                metadata: metadata("budget"),
                spec: { minAvailable: 1, selector: { matchLabels: { app: "steady" } } },
            });
            await becomes("pdb/budget", ".status.currentHealthy", "1");
            const eviction = JSON.stringify({
                apiVersion: "policy/v1",
                kind: "Eviction",
                metadata: metadata("steady"),
            });
            const path = `/api/v1/namespaces/${namespace}/pods/steady/eviction`;
            assert.throws(
                () => kubectl(directory, ["create", `--raw=${path}`, "--filename=-"], eviction),
                /Cannot evict pod as it would violate the pod's disruption budget/,
            );
        });
    });

    it("lets service accounts do only what their roles say, and gives each namespace the cluster's certificate", () => {
        const as = `--as=system:serviceaccount:${namespace}:default`;
        const can = (verb: string, ...more: string[]) =>
            kubectl(directory, ["auth", "can-i", verb, "pods", "--namespace", namespace, ...more]).trim();
        const no = { status: 1, stdout: "no\n" };
        assert.equal(can("delete"), "yes");
        assert.throws(() => can("list", as), no);
        kubectl(directory, ["create", "role", "reader", "--namespace", namespace, "--verb=list", "--resource=pods"]);
        kubectl(directory, [
            "create",
            "rolebinding",
            "reader",
            "--namespace",
            namespace,
            "--role=reader",
            `--serviceaccount=${namespace}:default`,
        ]);
        assert.equal(can("list", as), "yes");
        assert.throws(() => can("delete", as), no);
        assert.match(get("configmap/kube-root-ca.crt", ".data.ca\\.crt"), /BEGIN CERTIFICATE/);
    });
});
