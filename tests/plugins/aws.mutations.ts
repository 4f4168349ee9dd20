/** The behaviours of the aws stand-in, each with something wrong, and the cases that must notice. */
import { type Behaviours, official } from "../../sandbox/plugins/aws/behaviours";
import { without } from "../../sandbox/plugins/values";

export interface AwsMutation {
    what: string;
    behaviours: Partial<Behaviours>;
    /** Beginnings of the names of the cases that must fail, each of them. */
    fails: string[];
}

export const awsMutations: AwsMutation[] = [
    {
        what: "faults and throttling do not happen",
        behaviours: { admit: () => Promise.resolve({ ending: "well", message: "", attempts: 1 }) },
        fails: ["throttling:", "fault:", "unreachable:"],
    },
    {
        what: "the provider's tags are forgotten",
        behaviours: {
            made: (config, ...rest) => official.made({ ...config, defaultTags: {} }, ...rest),
            planned: (config, ...rest) => official.planned({ ...config, defaultTags: {} }, ...rest),
        },
        fails: ["create: the provider's tags", "create: a preview makes nothing"],
    },
    {
        what: "an update keeps everything that was",
        behaviours: { changed: (_config, _facts, work, item) => ({ ...item.properties, ...work.inputs }) },
        fails: ["update: tags"],
    },
    {
        what: "things that are not there can be pointed to",
        behaviours: { checkReferences: () => undefined },
        fails: ["refused: node groups", "delete: a key is kept"],
    },
    {
        what: "there is room for everything",
        behaviours: { checkRoom: () => undefined },
        fails: ["refused: two of one name"],
    },
    {
        what: "what is in use can be deleted",
        behaviours: { checkUnused: () => undefined },
        fails: ["delete: a VPC with a subnet", "delete: a role keeps"],
    },
    {
        what: "every check makes up a new name",
        behaviours: {
            chooseName: (request, property) => official.chooseName({ ...request, olds: {} }, property),
        },
        fails: ["check: a name is made up"],
    },
    {
        what: "the engine's naming is not asked",
        behaviours: {
            chooseName: (request, property) => official.chooseName({ ...request, autonaming: undefined }, property),
        },
        fails: ["check: the engine's naming"],
    },
    {
        what: "drift and the provider's tags are taken as they are",
        behaviours: { found: (_config, item) => item.properties },
        fails: ["refresh: drift"],
    },
    {
        what: "every replacement is made first",
        behaviours: { keepsItsName: () => false },
        fails: ["diff: one whose name"],
    },
    {
        what: "AWS adds nothing",
        behaviours: { made: (_config, _facts, work) => without(work.inputs, "__defaults") },
        fails: ["create: ids and ARNs", "create: every output", "create: a cluster leads", "certificate: issued"],
    },
    { what: "nothing stays secret", behaviours: { markSecrets: (state) => state }, fails: ["create: what is secret"] },
    {
        what: "a preview knows everything",
        behaviours: { planned: (_config, _facts, _type, inputs) => inputs },
        fails: ["create: a preview", "certificate: a preview"],
    },
    {
        what: "a planned update knows everything",
        behaviours: { plannedUpdate: (_config, _facts, work, olds) => ({ ...olds, ...work.inputs }) },
        fails: ["update: a launch template"],
    },
    {
        what: "nothing needs a replacement",
        behaviours: { replaces: () => false },
        fails: ["diff: a VPC's range", "diff: a node group's instance types", "diff: a cluster's name"],
    },
    {
        what: "everything needs a replacement",
        behaviours: { replaces: () => true },
        fails: ["diff: a tag", "diff: a cluster's version", "diff: encryption of a cluster"],
    },
    {
        what: "every input passes",
        behaviours: { validate: () => [] },
        fails: ["check: a property", "check: a nested", "check: a text", "check: a list"],
    },
];
