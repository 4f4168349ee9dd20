/** AWS refuses, breaks off, cannot be reached; the engine is killed: a clear error, and the next `up` completes it, nothing twice. */
import assert from "node:assert/strict";
import { call, checkout } from "../support/checkout";
import { eventually } from "../support/kubectl";
import { allProcesses, processesWith, type Running } from "../support/processes";
import { refusal, type StackFile, succeeded } from "../support/stack";
import type { Fault } from "./support/account";
import { emptyCluster } from "./support/cluster";
import { AwsStack, awsInstance, eksCluster } from "./support/stack";

const file = (name: string): StackFile => ({ cluster: eksCluster(name), instances: { one: awsInstance("one") } });
const nodeGroup = "aws:eks/nodeGroup:NodeGroup";
const policy = "aws:cloudformation/stack:Stack";
const cluster = "aws:eks/cluster:Cluster";

/** What the same file makes where nothing goes wrong. */
let undisturbed: { counts: string[]; resources: string[] };

describe("an update on AWS that is disturbed", () => {
    before(async () => {
        await emptyCluster();
        const stack = await AwsStack.inNewAccount("undisturbed", file("faulty"));
        await stack.deploy();
        undisturbed = { counts: stack.account.counts(), resources: (await stack.resources()).map(withoutStack) };
    });

    it("by an unreachable region is refused before anything is made; and throttled afterwards, goes on by itself", async () => {
        const stack = await newStack("unreachable");
        stack.account.set({ regions: { "eu-west-2": { unreachable: true } } });
        const answers = [await stack.preview(), await stack.up()].map(refusal);
        assert.equal(answers[0], answers[1]);
        assert.match(answers[0] ?? "", /cluster\.region/);
        assert.match(answers[0] ?? "", /eu-west-2/);
        assert.deepEqual(stack.account.resources(), []);
        stack.account.set({});
        stack.account.faults(
            { call: "create", type: cluster, kind: "throttle", times: 3 },
            { call: "create", type: nodeGroup, kind: "throttle", times: 5 },
            { call: "create", type: policy, kind: "throttle", times: 2 },
            { call: "aws:index/getCallerIdentity:getCallerIdentity", kind: "throttle", times: 2 },
        );
        await stack.deploy();
        assert.deepEqual(stack.account.faultsLeft, [], "faults that were never met show nothing");
        await isComplete(stack);
    });

    it("by refusals and by creations that end half-way, again and again: each is told, and nothing is there twice", async () => {
        const stack = await newStack("broken");
        const faults: readonly (Fault & { readonly message: string })[] = [
            { call: "create", type: policy, kind: "fail", message: "too many policies" },
            { call: "create", type: policy, kind: "half", message: "the policy never became active" },
            { call: "create", type: cluster, kind: "half", message: "the cluster never became active" },
            { call: "create", type: nodeGroup, name: "couchdb", kind: "fail", message: "no such capacity" },
            { call: "create", type: nodeGroup, name: "couchdb", kind: "half", message: "its nodes never joined" },
        ];
        stack.account.faults(...faults);
        let said = "";
        let failed = 0;
        // What does not wait for each other breaks in the same update.
        for (let code: number | undefined = 1; code !== 0; failed++) {
            assert.ok(failed <= faults.length, `still fails:\n${said.slice(-5_000)}`);
            const update = await stack.up();
            ({ code } = update);
            if (code !== 0) said += update.stdout + update.stderr;
        }
        const [trace] = /(.*\n){0,5}^\s+at .*[:(]\d+.*/m.exec(said) ?? [];
        assert.equal(trace, undefined, `a stack trace is no message:\n${trace}`);
        assert.deepEqual(stack.account.faultsLeft, []);
        assert.deepEqual(
            faults.filter(({ message }) => !said.includes(message)),
            [],
        );
        await isComplete(stack);
    });

    it("by kill -9 of the engine while nodes are made: what it no longer heard of is told, and nothing else is there twice", async () => {
        const stack = await newStack("killed");
        const running = stack.start("up", "--yes", "--skip-preview");
        await eventually(
            () => stack.account.resources(nodeGroup).length,
            (count) => count > 0,
            120,
        );
        await killEngine(running);
        succeeded(await call("pulumi", ["cancel", "--yes", "--stack", stack.name]));

        const lost = await interrupted(stack);
        const { stdout, stderr } = await stack.deploy();
        for (const { urn } of lost)
            assert.match(stdout + stderr, new RegExp(`::${urn.split("::").at(-1)}, interrupted while creating`));
        // Made once more, because nobody knows the first: who reads the warning takes it away in AWS.
        const { resources } = stack.account.state;
        stack.account.reset(...resources.filter(({ id }) => !lost.some((each) => each.id === id)));
        await isComplete(stack);
    });
});

async function newStack(name: string): Promise<AwsStack> {
    await emptyCluster();
    return AwsStack.inNewAccount(name, file("faulty"));
}

/** The same as where nothing went wrong: each resource once, in AWS and in the state. */
async function isComplete(stack: AwsStack): Promise<void> {
    assert.deepEqual(stack.account.counts(), undisturbed.counts);
    if ((await stack.export()).pending.length > 0)
        succeeded(await stack.run("refresh", "--yes", "--skip-preview", "--clear-pending-creates"));
    assert.deepEqual((await stack.resources()).map(withoutStack), undisturbed.resources);
    await stack.expectNoChanges();
}

interface Pending {
    readonly type: string;
    readonly resource: {
        readonly urn: string;
        readonly type: string;
        readonly inputs: { readonly nodeGroupNamePrefix?: string };
    };
}

/** What AWS has made and the engine had no time to write down but as begun. */
async function interrupted(stack: AwsStack): Promise<{ urn: string; id: string }[]> {
    const { resources, pending } = await stack.export();
    const known = new Set(resources.map(({ type, id }) => `${type} ${id}`));
    const unknown = stack.account.resources().filter(({ type, id }) => !known.has(`${type} ${id}`));
    return unknown.map(({ type, id, properties }) => {
        const prefix = ({ nodeGroupNamePrefix = "" }: { nodeGroupNamePrefix?: string }) => nodeGroupNamePrefix;
        const begun = (pending as readonly Pending[]).find(
            ({ resource }) =>
                resource.type === type && String(properties["nodeGroupName"] ?? "").startsWith(prefix(resource.inputs)),
        );
        assert.ok(begun !== undefined, `${type} ${id} is in AWS, and nobody knows of it`);
        return { urn: begun.resource.urn, id };
    });
}

const withoutStack = (resource: string): string => resource.replace(/^Stack \S*-\S*$/, "Stack");

/** Without a word to those that it has started: program and plugins end by themselves, and may write until then. */
async function killEngine({ child, result }: Running): Promise<void> {
    // Language host and component plugins do not look for their engine, or every five minutes only.
    const below = processesWith(checkout()).filter(({ args }) => /pulumi-language-nodejs|plugins\/eks\//.test(args));
    child.kill("SIGKILL");
    assert.equal((await result).code, undefined);
    for (const { pid } of below) if (allProcesses().some((each) => each.pid === pid)) process.kill(pid);
    const left = () => processesWith(checkout()).filter(({ args }) => !args.includes("sandbox-kubernetes"));
    await eventually(left, (processes) => processes.length === 0);
}
