/** What would harm a cluster that runs, or is another's: refused by preview with the way out, and nothing is changed. */
import assert from "node:assert/strict";
import { refusal, type StackFile } from "../support/stack";
import { file, instances } from "./refusals-cases";
import { zones } from "./support/account";
import { problemsOf } from "./support/assert";
import { emptyCluster } from "./support/cluster";
import { AwsStack, addons, autoModeCluster, type Block } from "./support/stack";

describe("refused of a cluster that runs", () => {
    let stack: AwsStack;
    const name = "running";
    const deployed = file({}, {}, name);
    before(async () => {
        await emptyCluster();
        stack = await AwsStack.inNewAccount(name, deployed);
        await stack.deploy();
    });

    const changed: Readonly<Record<string, [file: StackFile, key: string, message: RegExp]>> = {
        "a Kubernetes lower than it runs": [
            file({ ...kubernetes("1.33") }, {}, name),
            "cluster.version",
            /runs Kubernetes 1\.34, and never goes down\. Set version: "1\.34"/,
        ],
        "another VPC range": [
            file({ network: { kind: "new", cidr: "10.7.0.0/16", nat: "single" } }, {}, name),
            "cluster.network.cidr",
            /has the range 10\.0\.0\.0\/16, which cannot change: .* Set cidr: 10\.0\.0\.0\/16/,
        ],
        "a zone less": [
            file({ zones: [zones[0], zones[2]] }, {}, name),
            "cluster.zones",
            /has subnets in eu-west-2b, .* cannot be taken out/,
        ],
        "zones in another order": [
            file({ zones: [zones[1], zones[0]] }, {}, name),
            "cluster.zones",
            /Keep the order, and add zones at the end/,
        ],
        "another region": [
            file({ region: "eu-west-1", zones: ["eu-west-1a", "eu-west-1b"] }, {}, name),
            "cluster.region",
            /The stack's cluster 'running' is in eu-west-2, and cannot follow to eu-west-1/,
        ],
        "another name": [
            file({}, {}, "renamed"),
            "cluster.name",
            /The stack's cluster is 'running': under another name all would be made anew/,
        ],
    };

    for (const [what, [content, key, message]] of Object.entries(changed)) {
        it(what, async () => {
            stack.write(content);
            const { state } = stack.account;
            const answer = problemsOf(refusal(await stack.preview()));
            assert.match(answer[key] ?? JSON.stringify(answer), message);
            assert.deepEqual(stack.account.state, state);
        });
    }

    it("a Kubernetes two higher than it runs", async () => {
        stack.account.change("aws:eks/cluster:Cluster", (properties) => (properties["version"] = "1.33"));
        stack.write(file({ ...kubernetes("1.35") }, {}, name));
        const answer = problemsOf(refusal(await stack.preview()));
        assert.match(answer["cluster.version"] ?? "", /goes up by one at a time\. Set version: "1\.34"/);
        stack.account.change("aws:eks/cluster:Cluster", (properties) => (properties["version"] = "1.34"));
    });

    it("Auto Mode, whose volumes are another driver's", async () => {
        stack.write({ cluster: autoModeCluster(name), instances });
        const answer = problemsOf(refusal(await stack.preview()));
        assert.match(answer["cluster.autoMode"] ?? JSON.stringify(answer), /belong to another CSI driver/);
    });

    it("credentials of another account", async () => {
        stack.account.set({ account: "999999999999" });
        stack.write(file({ account: undefined }, {}, name));
        const answer = problemsOf(refusal(await stack.preview()));
        assert.match(answer["cluster.account"] ?? JSON.stringify(answer), /is in the account 123456789012/);
        stack.account.set({});
    });

    it("an AWS CLI that is not logged in, or not there: told as that", async () => {
        stack.write(deployed);
        stack.cli.fail("Error when retrieving token from sso: Token has expired and refresh failed");
        assert.match(refusal(await stack.preview()), /Token has expired and refresh failed/);
        stack.cli.mend();
    });

    it("and has nothing to change afterwards", async () => {
        stack.write(deployed);
        await stack.expectNoChanges();
    });
});

function kubernetes(version: string): Block {
    return {
        version,
        nodes: {
            releaseVersion: `${version}.2-20261101`,
            groups: {
                general: { instanceTypes: ["m7g.xlarge"] },
                couchdb: { instanceTypes: ["r7g.xlarge"], couchdb: true },
            },
        },
        addons: addons(version),
    };
}
