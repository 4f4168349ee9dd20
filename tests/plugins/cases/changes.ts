/** Changes of every kind that matters, and whether they can be made in place. */
import { type Bag, Secret, unknown } from "../../../sandbox/plugins/values";
import { CONFIG_MAP, configMap, DEPLOYMENT, deployment, JOB, job, podSpec, SECRET, SERVICE, secret } from "./context";

const object = (apiVersion: string, kind: string, rest: Bag): ((namespace: string) => Bag) => {
    return (namespace) => ({ apiVersion, kind, metadata: { name: "x", namespace }, ...rest });
};
const claim = (spec: Bag) =>
    object("v1", "PersistentVolumeClaim", {
        spec: {
            accessModes: ["ReadWriteOnce"],
            storageClassName: "none",
            resources: { requests: { storage: "1Gi" } },
            ...spec,
        },
    });
const statefulSet = (spec: Bag) =>
    object("apps/v1", "StatefulSet", {
        spec: {
            serviceName: "x",
            selector: { matchLabels: { a: "b" } },
            template: { metadata: { labels: { a: "b" } }, spec: podSpec() },
            ...spec,
        },
    });
const service = (spec: Bag) =>
    object("v1", "Service", { spec: { selector: { app: "web" }, ports: [{ port: 80 }], ...spec } });
const binding = (role: string) =>
    object("rbac.authorization.k8s.io/v1", "RoleBinding", {
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role },
    });
const pod = (image: string) => object("v1", "Pod", { spec: podSpec({ containers: [{ name: "main", image }] }) });
const ofDeployment = (pod?: Bag, metadata?: Bag, spec?: Bag) => (namespace: string) =>
    deployment(namespace, pod, metadata, spec);
const ofJob = (pod?: Bag, spec?: Bag) => (namespace: string) => job(namespace, pod, {}, spec);
const ofConfigMap =
    (data?: Bag, rest: Bag = {}) =>
    (namespace: string) => ({ ...configMap(namespace, data), ...rest });
const ofSecret = (rest: Bag) => (namespace: string) => secret(namespace, rest);
const text = (value: string): Bag => ({ a: Buffer.from(value).toString("base64") });
const named = (make: (namespace: string) => Bag, name: string) => (namespace: string) => ({
    ...make(namespace),
    metadata: { name, namespace },
});

/** A change of inputs, and what becomes of it by path; an exclamation mark stands for a replacement. */
export type Change = [
    what: string,
    type: string,
    before: (namespace: string) => Bag,
    after: (namespace: string) => Bag,
    expected: Record<string, string>,
    config?: Record<string, string>,
];

const CLAIM = "kubernetes:core/v1:PersistentVolumeClaim";
const STATEFUL_SET = "kubernetes:apps/v1:StatefulSet";
const POD = "kubernetes:core/v1:Pod";
const image = "spec.template.spec.containers[0].image";
const jobPod = podSpec({ restartPolicy: "Never" });
const mutable = { enableSecretMutable: "true", enableConfigMapMutable: "true" };

export const changes: Change[] = [
    ["nothing", DEPLOYMENT, ofDeployment(), ofDeployment(), {}],
    [
        "an image",
        DEPLOYMENT,
        ofDeployment(),
        ofDeployment({ containers: [{ name: "main", image: "program:2" }] }),
        { [image]: "update" },
    ],
    [
        "a number",
        DEPLOYMENT,
        ofDeployment(),
        ofDeployment(podSpec(), {}, { replicas: 2 }),
        { "spec.replicas": "update" },
    ],
    [
        "a new label",
        DEPLOYMENT,
        ofDeployment(),
        ofDeployment(podSpec(), { labels: { "a.b/c": "d" } }),
        { "metadata.labels": "add" },
    ],
    [
        "a label less",
        DEPLOYMENT,
        ofDeployment(podSpec(), { labels: { "a.b/c": "d", e: "f" } }),
        ofDeployment(podSpec(), { labels: { e: "f" } }),
        { 'metadata.labels["a.b/c"]': "delete" },
    ],
    [
        "a container more",
        DEPLOYMENT,
        ofDeployment(),
        ofDeployment({
            containers: [
                { name: "main", image: "program:1" },
                { name: "side", image: "program:1" },
            ],
        }),
        { "spec.template.spec.containers[1]": "add" },
    ],
    [
        "an unknown value",
        DEPLOYMENT,
        ofDeployment(),
        ofDeployment({ containers: [{ name: "main", image: unknown }] }),
        { [image]: "update" },
    ],
    [
        "the selector of a Deployment",
        DEPLOYMENT,
        ofDeployment(),
        ofDeployment(podSpec(), {}, { selector: { matchLabels: { app: "web", more: "x" } } }),
        { "spec.selector.matchLabels.more": "add!" },
    ],
    ["the name", CONFIG_MAP, ofConfigMap(), named(ofConfigMap(), "other"), { "metadata.name": "update!" }],
    [
        "the namespace",
        CONFIG_MAP,
        ofConfigMap(),
        (namespace) => ({ ...configMap(namespace), metadata: { name: "settings", namespace: "default" } }),
        { "metadata.namespace": "update!" },
    ],
    ["the data of a ConfigMap", CONFIG_MAP, ofConfigMap(), ofConfigMap({ key: "new" }), { "data.key": "update!" }],
    [
        "the data of a mutable ConfigMap",
        CONFIG_MAP,
        ofConfigMap(),
        ofConfigMap({ key: "new" }),
        { "data.key": "update" },
        mutable,
    ],
    [
        "the data of an immutable ConfigMap",
        CONFIG_MAP,
        ofConfigMap({ key: "value" }, { immutable: true }),
        ofConfigMap({ key: "new" }, { immutable: true }),
        { "data.key": "update!" },
        mutable,
    ],
    [
        "the data of a Secret",
        SECRET,
        ofSecret({ data: text("a") }),
        ofSecret({ data: text("b") }),
        { "data.a": "update!" },
    ],
    [
        "the data of a mutable Secret",
        SECRET,
        ofSecret({ data: text("a") }),
        ofSecret({ data: text("b") }),
        { "data.a": "update" },
        mutable,
    ],
    [
        "the type of a mutable Secret",
        SECRET,
        ofSecret({ type: "a/b" }),
        ofSecret({ type: "a/c" }),
        { type: "update!" },
        mutable,
    ],
    ["data written as stringData", SECRET, ofSecret({ data: text("a") }), ofSecret({ stringData: { a: "a" } }), {}],
    ["a value becoming secret", CONFIG_MAP, ofConfigMap(), ofConfigMap({ key: new Secret("value") }), {}],
    [
        "the size of a claim",
        CLAIM,
        claim({}),
        claim({ resources: { requests: { storage: "2Gi" } } }),
        { "spec.resources.requests.storage": "update" },
    ],
    [
        "the same size, written otherwise",
        CLAIM,
        claim({}),
        claim({ resources: { requests: { storage: "1024Mi" } } }),
        {},
    ],
    [
        "the class of a claim",
        CLAIM,
        claim({}),
        claim({ storageClassName: "other" }),
        { "spec.storageClassName": "update!" },
    ],
    [
        "the access mode of a claim",
        CLAIM,
        claim({}),
        claim({ accessModes: ["ReadWriteMany"] }),
        { "spec.accessModes[0]": "update!" },
    ],
    ["the volume of a claim", CLAIM, claim({}), claim({ volumeName: "pv" }), { "spec.volumeName": "add!" }],
    [
        "the service of a StatefulSet",
        STATEFUL_SET,
        statefulSet({}),
        statefulSet({ serviceName: "y" }),
        { "spec.serviceName": "update!" },
    ],
    [
        "the replicas of a StatefulSet",
        STATEFUL_SET,
        statefulSet({}),
        statefulSet({ replicas: 3 }),
        { "spec.replicas": "add" },
    ],
    [
        "the image of a Job",
        JOB,
        ofJob(jobPod),
        ofJob(podSpec({ restartPolicy: "Never", containers: [{ name: "main", image: "program:2" }] })),
        { [image]: "update!" },
    ],
    ["the backoff of a Job", JOB, ofJob(jobPod), ofJob(jobPod, { backoffLimit: 3 }), { "spec.backoffLimit": "add" }],
    ["the address of a Service", SERVICE, service({}), service({ clusterIP: "None" }), { "spec.clusterIP": "add!" }],
    [
        "the ports of a Service",
        SERVICE,
        service({}),
        service({ ports: [{ port: 81 }] }),
        { "spec.ports[0].port": "update" },
    ],
    [
        "the role of a binding",
        "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
        binding("a"),
        binding("b"),
        { "roleRef.name": "update!" },
    ],
    ["the image of a Pod", POD, pod("program:1"), pod("program:2"), { "spec.containers[0].image": "update!" }],
    [
        "empty values, which Kubernetes leaves out",
        DEPLOYMENT,
        ofDeployment(
            {
                containers: [{ name: "main", image: "program:1", env: [{ name: "A", value: "" }], command: [] }],
                hostNetwork: false,
            },
            { annotations: {} },
        ),
        ofDeployment(
            {
                containers: [{ name: "main", image: "program:1", env: [{ name: "A", value: "" }], command: [] }],
                hostNetwork: false,
            },
            { annotations: {} },
        ),
        {},
    ],
    [
        "an image that is a Patch's",
        "kubernetes:core/v1:PodPatch",
        pod("program:1"),
        pod("program:2"),
        { "spec.containers[0].image": "update" },
    ],
];
