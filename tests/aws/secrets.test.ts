/** A hunt for secrets: passwords, and the token that opens the cluster, are nowhere in clear. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { call, checkout } from "../support/checkout";
import { secretValues } from "../support/kubectl";
import { allProcesses, type Result } from "../support/processes";
import { succeeded } from "../support/stack";
import { Account } from "./support/account";
import { emptyCluster } from "./support/cluster";
import { AwsStack, awsInstance, eksCluster } from "./support/stack";

const given = { password: "Canary-Given-Password-7Qx2mVb9", secret: "canarysecret0123456789abcdef0123" };
const keys = {
    AWS_ACCESS_KEY_ID: "AKIACANARY7Q2MVB9XYZ",
    AWS_SECRET_ACCESS_KEY: "Canary/Secret+Access/Key7Qx2mVb9Lp0",
};

describe("the hunt for secrets of a stack on AWS", () => {
    let stack: AwsStack;
    const evidence = new Map<string, string>();
    let secrets: Map<string, string>;

    before(async () => {
        await emptyCluster();
        const file = {
            cluster: eksCluster("secrets", { share: true }),
            instances: { given: awsInstance("given"), generated: awsInstance("generated") },
        };
        stack = await AwsStack.on(new Account(), "aws-secrets", file);
        stack.env = keys;
        for (const [key, value] of Object.entries(given)) await stack.setSecret(`given.${key}`, value);
        const watch = watchProcesses();
        said("preview", await stack.preview("--diff"));
        said("preview --json", await stack.preview("--json"));
        said("up --diff", await stack.up("--diff"));
        said("verbose preview", await stack.preview("--logtostderr", "--logflow", "-v=8", "--debug"));
        said("refresh", await stack.run("refresh", "--yes", "--diff"));
        seen("process list", watch.stop());
        for (const command of ["stack", "stack output --json", "stack export", "stack history --json"])
            said(command, await stack.run(command));
        said("config", await call("pulumi", ["config", "--stack", stack.name, "--json"]));
        for (const file_ of filesBelow(join(checkout(), ".toolchain", "backend")))
            seen("backend", readFileSync(file_, "utf8"));
        for (const file_ of filesBelow(join(checkout(), ".toolchain", "pulumi")).filter(
            (each) => !each.includes("/plugins/"),
        ))
            seen("PULUMI_HOME", readFileSync(file_, "latin1"));
        seen("stack file", readFileSync(join(checkout(), `Pulumi.${stack.name}.yaml`), "utf8"));
        seen("AWS", JSON.stringify([stack.account.state, stack.account.calls(), stack.cli.calls()]));
        secrets = await everySecret();
    });

    function seen(place: string, text: string): void {
        assert.notEqual(text, "", `${place} is empty: nothing was looked at`);
        evidence.set(place, (evidence.get(place) ?? "") + text);
    }

    function said(place: string, result: Result): void {
        succeeded(result);
        seen(place, result.stdout + result.stderr);
    }

    it("knows what it looks for, and has looked where it would be", () => {
        assert.deepEqual(
            [...secrets.keys()].sort(),
            [
                ...["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "generated password", "generated secret"],
                ...["generated url", "given password", "given secret", "token"],
            ].sort(),
        );
        for (const [name, value] of secrets) assert.ok(value.length >= 16, `${name} is too short to be looked for`);
        assert.match(evidence.get("process list") ?? "", /pulumi up --stack aws-secrets/);
        assert.match(evidence.get("process list") ?? "", /plugins\/aws\/main\.js|pulumi-resource-aws/);
        assert.ok(stack.cli.calls().length > 0, "nobody asked for a token");
    });

    it("finds none in what was said or written", () => {
        const leaks: string[] = [];
        for (const [place, text] of evidence) {
            for (const [name, value] of secrets) {
                for (const written of new Set([
                    value,
                    Buffer.from(value).toString("base64"),
                    encodeURIComponent(value),
                    JSON.stringify(value).slice(1, -1),
                ])) {
                    const at = text.indexOf(written);
                    if (at >= 0) leaks.push(`${name} in ${place}: …${text.slice(Math.max(0, at - 80), at)}<here>`);
                }
            }
        }
        assert.deepEqual(leaks, []);
    });

    async function everySecret(): Promise<Map<string, string>> {
        const generated = await secretValues("cht-couchdb-credentials", "cht-generated");
        const kubeconfig = readFileSync(join(checkout(), ".sandbox", "kubeconfig"), "utf8");
        return new Map([
            ...Object.entries(given).map(([key, value]): [string, string] => [`given ${key}`, value]),
            ...Object.entries(keys),
            ["generated password", generated["COUCHDB_PASSWORD"] ?? ""],
            ["generated secret", generated["COUCHDB_SECRET"] ?? ""],
            ["generated url", generated["COUCH_URL"] ?? ""],
            ["token", /token: (\S+)/.exec(kubeconfig)?.[1] ?? ""],
        ]);
    }
});

function filesBelow(folder: string): string[] {
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
        .map((file) => join(folder, file))
        .filter((file) => statSync(file).isFile());
}

/** Looks at every process's arguments, as any user of the machine may, until it is stopped. */
function watchProcesses(): { stop(): string } {
    const all = new Set<string>();
    const timer = setInterval(() => allProcesses().forEach(({ args }) => all.add(args)), 200);
    return {
        stop() {
            clearInterval(timer);
            return [...all].join("\n");
        },
    };
}
