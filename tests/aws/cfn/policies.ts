/** What may do what in AWS: every IAM document that the program makes, said statement by statement, as `policies.yaml` has it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { folder } from "./cfn-lint";
import { type Template, toTemplate } from "./convert";
import { account, region } from "./made";
import { render } from "./render";
import { variants } from "./variants";

export interface Statement {
    readonly Sid: string;
    readonly Effect: string;
    readonly Principal?: Readonly<Record<string, string | readonly string[]>>;
    readonly Action: string | readonly string[];
    readonly Resource?: string | readonly string[];
    readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Statements by Sid, of documents by name. */
export type Documents = Readonly<Record<string, Readonly<Record<string, Statement>>>>;

/** The documents of a template: who may take a role, what a role may do, who may use a key or a topic. */
export function documentsIn({ Resources }: Template): Documents {
    const documents = Object.entries(Resources).flatMap(([id, { Properties }]) => {
        const found = {
            [`${id}: who`]: Properties["AssumeRolePolicyDocument"],
            [id]: Properties["PolicyDocument"] ?? Properties["KeyPolicy"],
        };
        return Object.entries(found).filter(
            (entry): entry is [string, { Statement: Statement[] }] => entry[1] !== undefined,
        );
    });
    return Object.fromEntries(
        documents.map(([name, { Statement }]) => [
            name,
            Object.fromEntries(Statement.map((statement, index) => [statement.Sid ?? String(index), statement])),
        ]),
    );
}

export function listOf(value: string | readonly string[] | undefined): readonly string[] {
    return value === undefined ? [] : typeof value === "string" ? [value] : value;
}

/** In one line for each statement: actions, what on, for whom, and under which conditions. */
type Told = Record<string, { always: Record<string, string[]>; sometimes?: Record<string, string[]> }>;

/** Every document, over all variants: what it always says, and what only some clusters need. */
export async function tellPolicies(): Promise<Told> {
    const seen = new Map<string, Map<string, string>[]>();
    for (const variant of Object.values(variants)) {
        for (const [name, statements] of Object.entries(documentsIn(toTemplate((await render(variant)).resources)))) {
            const told = Object.entries(statements).map(
                ([sid, statement]) => [sid, JSON.stringify(tell(statement))] as const,
            );
            seen.set(name, [...(seen.get(name) ?? []), new Map(told)]);
        }
    }
    return Object.fromEntries(
        [...seen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, times]) => [name, together(times)]),
    );
}

function together(times: readonly Map<string, string>[]): Told[string] {
    const all = new Map(
        times.flatMap((statements) => [...statements].map(([sid, told]) => [`${sid} ${told}`, { sid, told }])),
    );
    const lines = { always: {} as Record<string, string[]>, sometimes: {} as Record<string, string[]> };
    for (const { sid, told } of all.values()) {
        const always = times.every((statements) => statements.get(sid) === told);
        // One statement in two forms, such as on other regions: each is said.
        const said = lines[always ? "always" : "sometimes"];
        const key = sid in said ? `${sid} (also)` : sid;
        said[key] = JSON.parse(told) as string[];
    }
    const { always, sometimes } = lines;
    return Object.keys(sometimes).length === 0 ? { always } : { always, sometimes };
}

/** Accounts, regions and ids that say nothing are left out. */
function tell({ Effect, Principal, Action, Resource, Condition }: Statement): string[] {
    const short = (text: string) =>
        text
            .replaceAll(account, "ACCOUNT")
            .replaceAll(region, "REGION")
            .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "KEY");
    const whom = Object.entries(Principal ?? {}).flatMap(([kind, names]) =>
        listOf(names).map((name) => `for ${kind} ${name}`),
    );
    const conditions = Object.entries(Condition ?? {}).flatMap(([operator, keys]) =>
        Object.entries(keys).map(([key, value]) => `if ${key} ${operator} ${listOf(value as string).join(" or ")}`),
    );
    return [
        ...listOf(Action).map((action) => `${Effect === "Allow" ? "" : `${Effect} `}${action}`),
        ...listOf(Resource).map((resource) => `on ${resource}`),
        ...whom,
        ...conditions,
    ].map(short);
}

export const policiesFile = join(folder, "cfn/policies.yaml");

export function readPolicies(): unknown {
    return parse(readFileSync(policiesFile, "utf8"));
}

const heading = `# Every IAM document that the program makes in AWS, statement by statement: reviewed, not generated on trust.
# 'always' is in every cluster, 'sometimes' where the stack file asks for it. After a change that is meant:
# npm run build && node dist/tests/aws/cfn/write-policies.js, and read the difference.
`;

export function policiesText(told: unknown): string {
    return heading + stringify(told, { lineWidth: 0 });
}
