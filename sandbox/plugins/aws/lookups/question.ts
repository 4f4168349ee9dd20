/** What a function is asked, and how AWS filters. */
import { type Bag, listAt, textAt, type Value } from "../../values";
import type { Config } from "../config";
import { tagsOf } from "../facts";
import type { Settings } from "../settings";
import type { Inventory, Item } from "../world";

export interface Question {
    config: Config;
    settings: Settings;
    region: string;
    args: Bag;
    inventory: Inventory;
}

export type Lookup = (question: Question) => Bag;

/** `*` and `?` as AWS's filters have them. */
const fits = (pattern: string, value: Value | undefined): boolean =>
    new RegExp(
        `^${pattern
            .replace(/[.+^${}()|[\]\\]/g, "\\$&")
            .replaceAll("*", ".*")
            .replaceAll("?", ".")}$`,
    ).test(typeof value === "object" || value === undefined ? "" : String(value));

/** The properties behind a filter's name. */
const FILTERS: Record<string, (item: Item) => Value | undefined> = {
    "availability-zone": ({ properties }) => properties["availabilityZone"],
    cidr: ({ properties }) => properties["cidrBlock"],
    "cidr-block": ({ properties }) => properties["cidrBlock"],
    description: ({ properties }) => properties["description"],
    encrypted: ({ properties }) => properties["encrypted"] ?? false,
    "owner-id": ({ properties }) => properties["ownerId"],
    "snapshot-id": ({ id }) => id,
    state: ({ properties }) => properties["state"] ?? "available",
    status: ({ properties }) => properties["state"] ?? "completed",
    "subnet-id": ({ id }) => id,
    "volume-id": ({ properties }) => properties["volumeId"],
    "volume-size": ({ properties }) => properties["volumeSize"],
    "vpc-id": (item) => item.properties["vpcId"] ?? item.id,
};

/** @throws Error of a filter that AWS, or the stand-in, does not know */
export function matches(item: Item, name: string, values: string[]): boolean {
    const tags = tagsOf(item);
    if (name === "tag-key") return values.some((value) => Object.keys(tags).some((key) => fits(value, key)));
    const found = name.startsWith("tag:") ? () => tags[name.slice("tag:".length)] : FILTERS[name];
    if (!found) throw new Error(`api error InvalidParameterValue: The filter '${name}' is invalid`);
    return found(item) !== undefined && values.some((value) => fits(value, found(item)));
}

/** Those that the question's `filters` and `tags` let through. */
export function filtered({ args }: Question, items: Item[]): Item[] {
    const filters = listAt(args, "filters").map((one) => ({
        name: textAt(one, "name"),
        values: listAt(one, "values").map(String),
    }));
    const tags = Object.entries((args["tags"] ?? {}) as Record<string, string>);
    const all = [...filters, ...tags.map(([key, value]) => ({ name: `tag:${key}`, values: [value] }))];
    return items.filter((item) => all.every(({ name, values }) => matches(item, name, values)));
}

/** The only one; AWS's provider refuses to choose. */
export function only(items: Item[], noun: string): Item {
    const [one, another] = items;
    if (!one) throw new Error(`no matching ${noun} found`);
    if (another)
        throw new Error(`multiple ${noun}s matched; use additional constraints to reduce matches to a single ${noun}`);
    return one;
}
