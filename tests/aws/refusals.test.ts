/**
 * What AWS would refuse: told by preview, with the key as the operator wrote it, what is allowed and the way out; all at once,
 * without a stack trace, and nothing is made.
 */
import assert from "node:assert/strict";
import { refusal } from "../support/stack";
import { cases, file, groups, restored } from "./refusals-cases";
import { Account, region } from "./support/account";
import { problemsOf } from "./support/assert";
import { emptyCluster } from "./support/cluster";
import { AwsStack, addons, without } from "./support/stack";

describe("refused before anything is made", () => {
    let stack: AwsStack;
    before(async () => {
        await emptyCluster();
        stack = await AwsStack.on(new Account(), "refusals", file());
    });

    for (const [name, { file: content, settings = {}, there = [], told }] of Object.entries(cases)) {
        it(name, async () => {
            const { account } = stack;
            account.set(settings);
            account.reset(...there);
            stack.write(content);
            const state = account.state;
            const answer = problemsOf(refusal(await stack.preview()));
            assert.deepEqual(
                Object.keys(answer).sort(),
                Object.keys(told).sort(),
                JSON.stringify(answer, undefined, 1),
            );
            for (const [key, message] of Object.entries(told)) assert.match(answer[key] ?? "", message);
            assert.deepEqual(account.state, state);
        });
    }

    it("many mistakes of the file, all at once", async () => {
        stack.account.set({});
        stack.account.reset();
        stack.write(
            file({
                zones: ["eu-west-2a", "eu-west-1a"],
                network: { kind: "new", cidr: "10.0.0.0/24" },
                loadBalancerController: undefined,
                storage: { classes: { gp3: { iops: 100 } } },
                ...groups({ couchdb: { instanceTypes: ["r7g.xlarge"], couchdb: true, capacity: "spot" } }),
            }),
        );
        const answers = [await stack.preview(), await stack.up()].map(refusal);
        assert.equal(answers[0], answers[1]);
        assert.deepEqual(Object.keys(problemsOf(answers[0] ?? "")).sort(), [
            "cluster.loadBalancerController",
            "cluster.network.cidr",
            "cluster.nodes.groups.couchdb.capacity",
            "cluster.storage.classes.gp3.iops",
            "cluster.zones[1]",
        ]);
    });

    it("many that only AWS can tell, all at once, those of the instances among them", async () => {
        stack.account.set({ instanceTypes: { "r7g.xlarge": { zones: ["eu-west-2a"] } } });
        stack.account.reset();
        stack.write(
            file(
                { addons: without(addons("1.34"), "vpc-cni"), ingress: { hostedZone: "Z0123456789ABCDEFGHIJ" } },
                restored({ snapshots: ["snap-0123456789abcdef0"] }),
            ),
        );
        const answers = [await stack.preview(), await stack.up()].map(refusal);
        assert.equal(answers[0], answers[1]);
        assert.deepEqual(Object.keys(problemsOf(answers[0] ?? "")).sort(), [
            "cluster.addons.vpc-cni",
            "cluster.ingress.hostedZone",
            "cluster.nodes.groups.couchdb.instanceTypes[0]",
            "instances.two.couchdb.volume.from.snapshots[0]",
        ]);
        assert.deepEqual(stack.account.resources(), []);
    });

    for (const [what, settings, message] of [
        ["no credentials", { noCredentials: true }, /credential/i],
        ["a profile that has expired", { profiles: { prod: null } }, /profile 'prod'|cluster\.profile/],
        ["a region that does not answer", { regions: { [region]: { unreachable: true } } }, /cluster\.region/],
    ] as const) {
        it(`${what}: told in words of the file, before the first resource`, async () => {
            stack.account.set(settings);
            stack.account.reset();
            stack.write(file(what.startsWith("a profile") ? { profile: "prod" } : {}));
            assert.match(refusal(await stack.preview()), message);
            assert.deepEqual(stack.account.resources(), []);
        });
    }
});
