/** IAM and KMS: who may do what, and with which keys. */
import { isBag, textAt } from "../../values";
import { AwsError } from "../errors";
import { arnOf, type Facts, hex, type Reference, type Work } from "../facts";
import type { Item } from "../world";

const ROLE = "aws:iam/role:Role";
const POLICY = "aws:iam/policy:Policy";
const KEY = "aws:kms/key:Key";

const ofRole: Reference = { path: "role", type: ROLE, by: "name", code: "NoSuchEntity", holds: true };

const path = (work: Work): string => textAt(work.inputs, "path") || "/";

function checkDocument(work: Work, property: string): void {
    const text = work.inputs[property];
    let document: unknown = text;
    try {
        if (typeof text === "string") document = JSON.parse(text);
    } catch {
        document = undefined;
    }
    const statements = isBag(document as never) ? (document as { Statement?: unknown }).Statement : undefined;
    if (statements === undefined) throw new AwsError("MalformedPolicyDocument", "The policy failed legacy parsing");
}

/** A role keeps its policies until each is taken from it. */
function checkAttached(work: Work, policy: Item): void {
    const attached = work.inventory
        .all("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "")
        .some((one) => one.properties["policyArn"] === policy.properties["arn"]);
    if (attached) throw new AwsError("DeleteConflict", "Cannot delete a policy attached to entities.");
}

export const iam: Facts = {
    [ROLE]: {
        global: true,
        cloudFormation: "AWS::IAM::Role",
        createOnly: { Path: "path", RoleName: "name" },
        forceNew: ["namePrefix"],
        autoname: "name",
        defaults: { forceDetachPolicies: false, maxSessionDuration: 3600, path: "/" },
        check: (inputs) =>
            textAt(inputs, "name").length > 64
                ? [{ property: "name", reason: "expected length of name to be in the range (1 - 64)" }]
                : [],
        unique: { key: ({ inputs }) => textAt(inputs, "name"), code: "EntityAlreadyExists" },
        id: ({ inputs }) => textAt(inputs, "name"),
        beforeCreate: (work) => checkDocument(work, "assumeRolePolicy"),
        computed: (work) => ({
            arn: arnOf(work, "iam", `role${path(work)}${textAt(work.inputs, "name")}`, { region: "" }),
            createDate: new Date().toISOString(),
            managedPolicyArns: [],
            inlinePolicies: [],
            uniqueId: `AROA${hex(17).toUpperCase()}`,
        }),
    },
    "aws:iam/rolePolicy:RolePolicy": {
        global: true,
        cloudFormation: "AWS::IAM::RolePolicy",
        createOnly: { PolicyName: "name", RoleName: "role" },
        forceNew: ["namePrefix"],
        autoname: "name",
        references: [ofRole],
        id: ({ inputs }) => `${textAt(inputs, "role")}:${textAt(inputs, "name")}`,
        beforeCreate: (work) => checkDocument(work, "policy"),
        beforeUpdate: (work) => checkDocument(work, "policy"),
    },
    // A part of the role in CloudFormation.
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
        global: true,
        forceNew: ["policyArn", "role"],
        references: [ofRole],
        id: ({ inputs }) => `${textAt(inputs, "role")}-${hex(24)}`,
        beforeCreate: (work) => {
            const arn = textAt(work.inputs, "policyArn");
            const isManaged = arn.startsWith(`arn:${work.partition}:iam::aws:policy/`);
            if (!isManaged && !work.inventory.find(POLICY, "", "arn", arn))
                throw new AwsError("NoSuchEntity", `Policy ${arn} does not exist or is not attachable.`);
        },
    },
    [POLICY]: {
        global: true,
        cloudFormation: "AWS::IAM::ManagedPolicy",
        createOnly: { ManagedPolicyName: "name", Description: "description", Path: "path" },
        forceNew: ["namePrefix"],
        autoname: "name",
        defaults: { path: "/" },
        unique: { key: ({ inputs }) => textAt(inputs, "name"), code: "EntityAlreadyExists" },
        id: (work) => arnOf(work, "iam", `policy${path(work)}${textAt(work.inputs, "name")}`, { region: "" }),
        beforeCreate: (work) => checkDocument(work, "policy"),
        beforeUpdate: (work) => checkDocument(work, "policy"),
        computed: (_, id) => ({ arn: id, attachmentCount: 0, policyId: `ANPA${hex(17).toUpperCase()}` }),
        beforeDelete: checkAttached,
    },
    [KEY]: {
        cloudFormation: "AWS::KMS::Key",
        createOnly: {},
        // The provider's documentation; CloudFormation refuses such changes instead.
        forceNew: ["customerMasterKeySpec", "customKeyStoreId", "keyUsage", "multiRegion", "xksKeyId"],
        defaults: {
            bypassPolicyLockoutSafetyCheck: false,
            customerMasterKeySpec: "SYMMETRIC_DEFAULT",
            enableKeyRotation: false,
            isEnabled: true,
            keyUsage: "ENCRYPT_DECRYPT",
        },
        id: () => [8, 4, 4, 4, 12].map(hex).join("-"),
        beforeCreate: (work) => work.inputs["policy"] !== undefined && checkDocument(work, "policy"),
        computed: (work, id) => ({
            arn: arnOf(work, "kms", `key/${id}`),
            description: "",
            keyId: id,
            multiRegion: false,
            policy: '{"Statement":[],"Version":"2012-10-17"}',
            rotationPeriodInDays: 365,
        }),
        // A key is kept for a time, in which it can be brought back but not be used.
        afterDelete: (item) => ({
            ...item,
            properties: { ...item.properties, isEnabled: false, keyState: "PendingDeletion" },
        }),
        isGone: (item) => item.properties["keyState"] === "PendingDeletion",
    },
    "aws:kms/alias:Alias": {
        cloudFormation: "AWS::KMS::Alias",
        createOnly: { AliasName: "name" },
        forceNew: ["namePrefix"],
        autoname: "name",
        references: [{ path: "targetKeyId", type: KEY, code: "NotFoundException" }],
        unique: { key: ({ inputs }) => textAt(inputs, "name"), code: "AlreadyExistsException" },
        id: ({ inputs }) => textAt(inputs, "name"),
        check: (inputs) =>
            /^alias\//.test(textAt(inputs, "name") || "alias/")
                ? []
                : [{ property: "name", reason: "\"name\" must begin with 'alias/'" }],
        computed: (work, id) => ({
            arn: arnOf(work, "kms", id),
            targetKeyArn: arnOf(work, "kms", `key/${textAt(work.inputs, "targetKeyId").split("/").at(-1) ?? ""}`),
        }),
    },
};
