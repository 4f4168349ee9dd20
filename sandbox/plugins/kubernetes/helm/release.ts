/** `kubernetes:helm.sh/v3:Release`: a chart, installed by Helm itself. */
import { createHash, randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import {
    type Checked,
    type CheckRequest,
    type Created,
    type CreateRequest,
    type DeleteRequest,
    type Diffed,
    type DiffRequest,
    InitializationFailed,
    type PropertyDiff,
    type ReadRequest,
    type ReadResult,
    type UpdateRequest,
} from "../../provider";
import { at, type Bag, bagAt, hasUnknown, isBag, reveal, Secret, textAt, type Value, without } from "../../values";
import { parseId } from "../objects";
import type { Session } from "../session";
import { chartArgs, installArgs, upgradeArgs } from "./arguments";
import { HelmError, helm, namesIn } from "./helm";

export const RELEASE = "kubernetes:helm.sh/v3:Release";

const INPUTS = "__inputs";
const DEFAULT_TIMEOUT = 300;

/** Renders the chart, so that a mistake in it shows in the preview and a change of it is a change of the release. */
export async function check(session: Session, { name, olds, news }: CheckRequest): Promise<Checked> {
    const inputs: Bag = { ...without(news, "compat") };
    if (inputs["name"] === undefined || inputs["name"] === "")
        inputs["name"] = olds["name"] ?? `${name}-${randomBytes(4).toString("hex")}`;
    if (inputs["namespace"] === undefined || inputs["namespace"] === "")
        inputs["namespace"] = session.reachable()?.defaultNamespace ?? (session.config.namespace || "default");
    if (inputs["skipAwait"] !== true) inputs["timeout"] ??= DEFAULT_TIMEOUT;
    if (hasUnknown(inputs)) return { inputs };
    try {
        const manifest = await session.behaviours.renderChart(session, reveal(inputs));
        inputs["checksum"] = createHash("sha256").update(manifest).digest("hex");
        inputs["resourceNames"] = namesIn(manifest);
        return { inputs };
    } catch (error) {
        if (!(error instanceof HelmError)) throw error;
        const reason = `${error.message}; check the chart name and repository configuration.`;
        return { inputs, failures: [{ property: "chart", reason }] };
    }
}

/** What the chart makes of the values, without asking a cluster. */
export function renderChart(session: Session, inputs: Bag): Promise<string> {
    const crds = inputs["skipCrds"] === true ? [] : ["--include-crds"];
    return helm(session, ["template", ...chartArgs(inputs), ...crds], bagAt(inputs, "values"));
}

export function diff({ olds, news }: DiffRequest): Diffed {
    const before = bagAt(reveal(olds), INPUTS);
    const after = reveal(news);
    const properties = new Map<string, PropertyDiff>();
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
        if (isDeepStrictEqual(before[key], after[key])) continue;
        const kind = before[key] === undefined ? "add" : after[key] === undefined ? "delete" : "update";
        properties.set(key, { kind, replace: key === "name" || key === "namespace" });
    }
    return { properties };
}

export async function create(session: Session, { inputs, preview }: CreateRequest): Promise<Created> {
    if (preview) return { id: "", state: stateOf(session, inputs) };
    if (!session.reachable())
        throw new Error(`can't create Helm Release with unreachable cluster: ${session.unreachable}`);
    const plain = reveal(inputs);
    const id = idOf(plain);
    const problem = await attempt(() => helm(session, installArgs(plain), bagAt(plain, "values")));
    // A failed release that is there all the same is the engine's to keep.
    const status = await statusOf(session, plain);
    if (problem && !status) throw problem;
    const state = stateOf(session, inputs, status);
    if (problem)
        throw incomplete(`Helm release "${id}" was created, but failed to initialize completely.`, id, state, problem);
    return { id, state };
}

export async function update(session: Session, { news, olds, preview }: UpdateRequest): Promise<Bag> {
    if (preview) return { ...stateOf(session, news), ...(olds["status"] !== undefined && { status: olds["status"] }) };
    if (!session.reachable())
        throw new Error(`can't update Helm Release with unreachable cluster: ${session.unreachable}`);
    const plain = reveal(news);
    const id = idOf(plain);
    const problem = await attempt(() => helm(session, upgradeArgs(plain), bagAt(plain, "values")));
    const status = await statusOf(session, plain);
    if (problem && !status) throw problem;
    const state = stateOf(session, news, status);
    if (problem) throw incomplete(`Helm release "${id}" failed to initialize completely.`, id, state, problem);
    return state;
}

/** @returns undefined when there is no such release any more */
export async function read(session: Session, { id, state, inputs }: ReadRequest): Promise<ReadResult | undefined> {
    const isImport = Object.keys(state).length === 0;
    const { namespace, name } = parseId(id);
    const subject: Bag = isImport ? { namespace, name } : reveal(state);
    const status = await statusOf(session, subject);
    if (!status) return undefined;
    const values = JSON.parse(
        await helm(session, ["get", "values", ...ofRelease(subject), "-o", "json"]),
    ) as Bag | null;
    const known = isImport ? { name, namespace, chart: textAt(status, "chart"), values: values ?? {} } : inputs;
    return { id, state: stateOf(session, known, status), inputs: known };
}

export async function remove(session: Session, { state }: DeleteRequest): Promise<void> {
    if (!session.reachable()) throw new Error(`configured Kubernetes cluster is unreachable: ${session.unreachable}`);
    const release = reveal(state);
    const waits = release["atomic"] === true || release["skipAwait"] !== true;
    const timeout = `${Number(release["timeout"] ?? DEFAULT_TIMEOUT)}s`;
    const problem = await attempt(() =>
        helm(session, ["uninstall", ...ofRelease(release), ...(waits ? ["--wait", "--timeout", timeout] : [])]),
    );
    if (problem && !/release: not found/i.test(problem.message)) throw problem;
}

const ofRelease = (release: Bag): string[] => [textAt(release, "name"), "--namespace", textAt(release, "namespace")];
const idOf = (release: Bag): string => `${textAt(release, "namespace")}/${textAt(release, "name")}`;

async function attempt(work: () => Promise<unknown>): Promise<HelmError | undefined> {
    try {
        await work();
        return undefined;
    } catch (error) {
        if (error instanceof HelmError) return error;
        throw error;
    }
}

const incomplete = (what: string, id: string, state: Bag, problem: HelmError): InitializationFailed => {
    const message = `${what} Use Helm CLI to investigate.: failed to become available within allocated timeout. Error: Helm Release ${id}: ${problem.message}`;
    return new InitializationFailed(message, id, state, [message]);
};

/** What Helm says of a release; undefined if there is none. */
async function statusOf(session: Session, release: Bag): Promise<Bag | undefined> {
    let found: Bag;
    try {
        found = JSON.parse(await helm(session, ["get", "metadata", ...ofRelease(release), "-o", "json"])) as Bag;
    } catch (error) {
        if (error instanceof HelmError && /release: not found/i.test(error.message)) return undefined;
        throw error;
    }
    return {
        appVersion: textAt(found, "appVersion"),
        chart: textAt(found, "chart"),
        name: textAt(found, "name"),
        namespace: textAt(found, "namespace"),
        revision: at(found, "revision") ?? 0,
        status: textAt(found, "status"),
        version: textAt(found, "version"),
    };
}

/** The inputs are secret as a whole, as they are in the official plugin's state. */
function stateOf(session: Session, inputs: Bag, status?: Bag): Bag {
    const { behaviours } = session;
    return {
        ...behaviours.keepValuesSecret(inputs),
        ...(status && { status, version: textAt(status, "version") }),
        [INPUTS]: new Secret(behaviours.keepValuesSecret(inputs)),
    };
}

/** Values that hold a secret are secret where they are; so are the lists that they are in. */
export function keepValuesSecret(inputs: Bag): Bag {
    return Object.fromEntries(Object.entries(inputs).map(([key, value]) => [key, marked(value)]));
}

function marked(value: Value | undefined): Value | undefined {
    if (Array.isArray(value) && value.some((item) => item instanceof Secret))
        return new Secret(reveal({ value })["value"] ?? null);
    return isBag(value) ? keepValuesSecret(value) : value;
}
