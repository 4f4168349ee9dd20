/** What the stand-in knows of a resource type beyond the SDK's classes: each file in `services/` holds those of one field. */
import { randomBytes } from "node:crypto";
import type { CheckFailure } from "../provider";
import { type Bag, isBag, textAt, type Value } from "../values";
import type { Settings } from "./settings";
import type { Inventory, Item } from "./world";

/** Everything there is to know while one resource is worked on. */
export interface Work {
    type: string;
    region: string;
    account: string;
    partition: string;
    settings: Settings;
    inventory: Inventory;
    /** With the defaults, and in clear. */
    inputs: Bag;
}

/** A property that leads to another resource, which must be there. */
export interface Reference {
    /** `vpcConfig.subnetIds` */
    path: string;
    type: string;
    /** What the property holds of it. @default "id" */
    by?: string;
    /** AWS's error where there is no such thing. */
    code: string;
    /** Whether it cannot be deleted as long as this resource is there. */
    holds?: boolean;
}

export interface ResourceFacts {
    /** The service is the same in every region. */
    global?: boolean;
    /** CloudFormation's type of the same thing. */
    cloudFormation?: string;
    /**
     * CloudFormation's properties that cannot change, each with the SDK's property; null: the SDK has none, or its
     * provider changes it in place.
     */
    createOnly?: Record<string, string | null>;
    /** More that cannot change, by the provider's documentation. */
    forceNew?: string[];
    /** Decides where it depends on the values. */
    replaces?(path: string, olds: Bag, news: Bag): boolean | undefined;
    /** Given a name of the engine's making where the program gives none. */
    autoname?: string;
    /** What is assumed where the program says nothing. */
    defaults?: Bag;
    references?: Reference[];
    /** Two with the same key cannot be; the code is AWS's error. */
    unique?: { key(work: Work): string | undefined; code: string };
    /** What is wrong with values whose types are right. */
    check?(inputs: Bag): CheckFailure[];
    id(work: Work): string;
    /** Outputs that are known once it is made; what the program gave comes before them. */
    computed?(work: Work, id: string): Bag;
    /** Outputs inside what the program gave: `vpcConfig.vpcId`. */
    nested?: string[];
    /** Outputs that every update may change. */
    volatile?: string[];
    /** @throws AwsError what AWS refuses when it is made */
    beforeCreate?(work: Work): void;
    /** @throws AwsError what AWS refuses when it changes */
    beforeUpdate?(work: Work, item: Item): void;
    /** Outputs that an update changes. */
    updated?(work: Work, item: Item): Bag;
    /** @throws AwsError */
    beforeDelete?(work: Work, item: Item): void;
    /** What is left of it instead of nothing. */
    afterDelete?(item: Item): Item | undefined;
    /** Whether it is there for those who look, but as good as gone. */
    isGone?(item: Item): boolean;
    /** Outputs of one that never comes up. */
    broken?: Bag;
}

export type Facts = Record<string, ResourceFacts>;

export const hex = (digits: number): string =>
    randomBytes(Math.ceil(digits / 2))
        .toString("hex")
        .slice(0, digits);

/** `vpc-0123456789abcdef0` */
export const idOf = (prefix: string) => (): string => `${prefix}-0${hex(16)}`;

/** Who the credentials belong to. */
export const callerOf = ({ partition, account }: { partition: string; account: string }): string =>
    `arn:${partition}:iam::${account}:user/operator`;

export const arnOf = (work: Work, service: string, rest: string, { region = work.region } = {}): string =>
    `arn:${work.partition}:${service}:${region}:${work.account}:${rest}`;

/** Texts at `a.b` of an object, behind lists too; nothing unknown. */
export function textsAt(value: Value | undefined, path: string): string[] {
    if (Array.isArray(value)) return value.flatMap((item) => textsAt(item, path));
    if (path === "") return typeof value === "string" && value !== "" ? [value] : [];
    const [first = "", ...rest] = path.split(".");
    return isBag(value) ? textsAt(value[first], rest.join(".")) : [];
}

/** The item that a text property of the inputs leads to. */
export const target = (work: Work, type: string, property: string, by = "id"): Item | undefined =>
    work.inventory.find(type, work.region, by, textAt(work.inputs, property));

/** All tags of an item, whoever set them. */
export function tagsOf(item: Item): Record<string, string> {
    const [own, all] = [item.properties["tags"], item.properties["tagsAll"]];
    return { ...(isBag(own) && own), ...(isBag(all) && all) } as Record<string, string>;
}
