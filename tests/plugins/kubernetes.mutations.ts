/** The behaviours of the kubernetes stand-in, each with something wrong, and the cases that must notice. */
import { apply } from "../../sandbox/plugins/kubernetes/apply";
import { READY } from "../../sandbox/plugins/kubernetes/await";
import { type Behaviours, official } from "../../sandbox/plugins/kubernetes/behaviours";
import { type Bag, reveal, without } from "../../sandbox/plugins/values";
import { cases } from "./cases";

export interface Mutation {
    what: string;
    behaviours: Partial<Behaviours>;
    /** Names, or beginnings of names, of the cases that must fail. */
    fails: string[];
}

/** Which case notices when a kind is not waited for. */
const WAITED_FOR: Record<keyof typeof READY, string> = {
    "apps/v1/DaemonSet": "DaemonSet:",
    "apps/v1/Deployment": "Deployment: created",
    "apps/v1/StatefulSet": "StatefulSet:",
    "apiextensions.k8s.io/v1/CustomResourceDefinition": "create: a definition is established",
    "batch/v1/Job": "Job:",
    "networking.k8s.io/v1/Ingress": "Ingress:",
    "v1/PersistentVolume": "PersistentVolume:",
    "v1/PersistentVolumeClaim": "PersistentVolumeClaim:",
    "v1/Pod": "Pod:",
    "v1/ReplicationController": "ReplicationController:",
    "v1/ResourceQuota": "quota:",
    "v1/Secret": "Secret:",
    "v1/Service": "Service:",
};

const replacing = cases.map(({ name }) => name).filter((name) => name.startsWith("diff:") && name.includes('!"'));

export const mutations: Mutation[] = [
    { what: "List kinds pass", behaviours: { refuseList: () => undefined }, fails: ["check: List kinds"] },
    {
        what: "names are not made unique",
        behaviours: { chooseName: (resource) => resource },
        fails: ["check: an object without a name", "check: the engine's naming"],
    },
    {
        what: "every check makes up a new name",
        behaviours: { chooseName: (resource, _old, autonaming) => official.chooseName(resource, {}, autonaming) },
        fails: ["check: a name that was made up once"],
    },
    {
        what: "the engine's naming is not asked",
        behaviours: { chooseName: (resource, old) => official.chooseName(resource, old, undefined) },
        fails: ["check: the engine's naming"],
    },
    { what: "no default namespace", behaviours: { placeIn: () => undefined }, fails: ["check: a namespaced object"] },
    {
        what: "inputs are taken literally",
        behaviours: { normalize: (inputs) => inputs },
        fails: [
            "check: metadata",
            "check: quantities",
            "check: a Secret's",
            "diff: data written",
            "diff: the same size",
        ],
    },
    {
        what: "nothing is marked secret",
        behaviours: { markSecrets: (object) => object },
        fails: [
            "check: a Secret's",
            "check: what is secret",
            "create: secrets",
            "import: an imported object",
            "refresh: secrets",
        ],
    },
    {
        what: "everything in the cluster counts as the program's",
        behaviours: { prune: (live) => live },
        fails: ["diff: nothing", "refresh: drift", "update: a second time"],
    },
    { what: "drift is not looked for", behaviours: { prune: (_live, inputs) => inputs }, fails: ["refresh: drift"] },
    { what: "no change needs a replacement", behaviours: { forceNewFields: () => [] }, fails: replacing },
    {
        what: "Secrets and ConfigMaps are always mutable",
        behaviours: {
            forceNewFields: (object) =>
                official.forceNewFields(object, { enableSecretMutable: true, enableConfigMapMutable: true }),
        },
        fails: ["diff: the data of a ConfigMap", "diff: the data of a Secret"],
    },
    {
        what: "Secrets and ConfigMaps are never mutable",
        behaviours: {
            forceNewFields: (object) =>
                official.forceNewFields(object, { enableSecretMutable: false, enableConfigMapMutable: false }),
        },
        fails: ["diff: the data of a mutable ConfigMap", "diff: the data of a mutable Secret"],
    },
    {
        what: "a Patch is replaced like the object",
        behaviours: { patchForceNewFields: () => ["spec"] },
        fails: ["diff: an image that is a Patch's"],
    },
    {
        what: "never deleted first",
        behaviours: { deletesBeforeReplace: () => false },
        fails: ["diff: an object of a fixed name"],
    },
    {
        what: "always deleted first",
        behaviours: { deletesBeforeReplace: () => true },
        fails: ["diff: an object of a fixed name"],
    },
    { what: "ignoreChanges is not heeded", behaviours: { isIgnored: () => false }, fails: ["diff: ignored paths"] },
    {
        what: "replaceUnready is not heeded",
        behaviours: { replaceUnready: () => Promise.resolve([]) },
        fails: ["diff: an unready Job"],
    },
    {
        what: "the provider's configuration never matters",
        behaviours: { diffConfig: () => ({ properties: new Map() }) },
        fails: ["provider: another cluster", "provider: other credentials", "provider: an unknown kubeconfig is"],
    },
    {
        what: "the cluster's identifier is not heeded",
        behaviours: {
            diffConfig: (request) => {
                const strip = (bag: Bag) => without(bag, "clusterIdentifier");
                return official.diffConfig({ ...request, olds: strip(request.olds), news: strip(request.news) });
            },
        },
        fails: ["provider: another address of a cluster", "provider: another identifier", "provider: a new identifier"],
    },
    {
        what: "an existing object is taken over",
        behaviours: {
            createObject: (cluster, inputs, preview) =>
                apply(cluster, inputs, { fieldManager: "pulumi-kubernetes", force: true, preview }),
        },
        fails: ["create: an object that exists"],
    },
    {
        what: "a preview makes objects",
        behaviours: { createObject: (cluster, inputs) => official.createObject(cluster, inputs, false) },
        fails: ["preview: the server fills in"],
    },
    {
        what: "a preview does not ask the server",
        behaviours: {
            createObject: async (cluster, inputs, preview) =>
                preview ? inputs : official.createObject(cluster, inputs, false),
        },
        fails: [
            "preview: the server fills in",
            "preview: a missing",
            "preview: a wrong type",
            "create: a field the kind",
        ],
    },
    {
        what: "every refusal stops a preview",
        behaviours: { isNoMatterInPreview: () => false },
        fails: ["preview: neither a namespace", "quota:"],
    },
    {
        what: "the state lacks the inputs",
        behaviours: {
            toState: (_inputs, live, source, origin, mark) => official.toState({}, live, source, origin, mark),
        },
        fails: ["create: the state holds", "create: secrets", "update: a field left out"],
    },
    {
        what: "the field manager changes all the time",
        behaviours: {
            toState: (inputs, live, source, origin, mark) =>
                official.toState(
                    inputs,
                    live,
                    source,
                    { ...origin, fieldManager: `pulumi-kubernetes-${Math.random()}` },
                    mark,
                ),
        },
        fails: ["create: the state holds", "update: a field left out", "refresh: drift"],
    },
    ...Object.entries(WAITED_FOR).map(
        ([kind, fails]): Mutation => ({
            what: `${kind} is not waited for`,
            behaviours: { ready: Object.fromEntries(Object.entries(READY).filter(([other]) => other !== kind)) },
            fails: [fails],
        }),
    ),
    {
        what: "annotations do not rule the waiting",
        behaviours: {
            awaitReady: (session, wait) =>
                official.awaitReady(session, { ...wait, inputs: {}, timeout: wait.timeout || 8 }),
        },
        fails: ["skipAwait:", "timeoutSeconds:", "waitFor:"],
    },
    {
        what: "the program's time-out is not heeded",
        behaviours: { awaitReady: (session, wait) => official.awaitReady(session, { ...wait, timeout: 0 }) },
        fails: ["timeoutSeconds:"],
    },
    {
        what: "a refresh does not look for readiness",
        behaviours: { onRead: {} },
        fails: ["refresh: an object that is not ready"],
    },
    {
        what: "an object that is gone is an error",
        behaviours: {
            gone: () => {
                throw new Error("gone");
            },
        },
        fails: ["import: what does not exist", "refresh: an object that is gone"],
    },
    {
        what: "an unreachable cluster's objects are forgotten",
        behaviours: { readUnreachable: () => undefined },
        fails: ["unreachable: nothing is forgotten", "unreachable: skipUpdateUnreachable"],
    },
    {
        what: "every conflict is forced",
        behaviours: { isForced: () => true },
        fails: ["update: a field of somebody else"],
    },
    {
        what: "no conflict is forced",
        behaviours: { isForced: () => false },
        fails: ["update: a field of somebody else", "update preview:"],
    },
    {
        what: "ignored fields are written",
        behaviours: { keepIgnored: (inputs) => inputs },
        fails: ["update: an ignored field"],
    },
    {
        what: "the creator's fields are not taken over",
        behaviours: { takeOver: (_cluster, live) => Promise.resolve(live) },
        fails: ["update: a field left out", "update: fields that kubectl wrote"],
    },
    {
        what: "fields are not let go of",
        behaviours: { relinquish: () => Promise.resolve() },
        fails: ["update: another field manager", "patch:"],
    },
    {
        what: "an update's preview changes the object",
        behaviours: {
            applyUpdate: (session, application) => official.applyUpdate(session, { ...application, preview: false }),
        },
        fails: ["update preview:"],
    },
    { what: "dependents are left", behaviours: { propagationPolicy: () => "Orphan" }, fails: ["delete: it waits"] },
    {
        what: "dependents are never left",
        behaviours: { propagationPolicy: () => "Foreground" },
        fails: ["delete: dependents go first"],
    },
    {
        what: "a deletion is not waited for",
        behaviours: { awaitGone: () => Promise.resolve() },
        fails: ["delete: finalizers", "delete: a namespace goes"],
    },
    {
        what: "what is gone cannot be deleted",
        behaviours: { isGone: () => false },
        fails: ["delete: what is gone already"],
    },
    {
        what: "charts are not rendered",
        behaviours: { renderChart: () => Promise.resolve("") },
        fails: [
            "Release: check renders",
            "Release: check refuses",
            "Release: options that",
            "Release: nothing changed",
        ],
    },
    {
        what: "a release's values are in clear",
        behaviours: { keepValuesSecret: (inputs) => reveal(inputs) },
        fails: ["Release: secret values"],
    },
];
