import assert from "node:assert/strict";
import { chownSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { commandLine, dispose, processesOf, project, run, temporaryFolder } from "./support";

describe("sandbox: the command line", function () {
    this.timeout(120_000);
    let directory: string;

    beforeEach(() => {
        directory = temporaryFolder();
    });
    afterEach(() => dispose(directory));

    it("starts, shows, and stops a sandbox as an ordinary user", async function () {
        const nobody = 65534;
        const root = process.getuid?.() === 0;
        const as = root ? ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups"] : [];
        if (root) {
            chownSync(directory, nobody, nobody);
            const probe = await run(["help"], { as, home: directory });
            if (probe.code !== 0) {
                console.log(`      skipped: user ${nobody} cannot run ${commandLine}: ${probe.output.split("\n")[0]}`);
                this.skip();
            }
        }
        const folder = `--directory=${directory}`;
        const started = await run([folder, "start", "--nodes-per-zone=1"], { as, home: directory });
        assert.equal(started.code, 0, started.output);
        assert.match(
            started.output,
            new RegExp(
                "^Kubernetes API at https://127\\.0\\.0\\.1:\\d+ after \\d+\\.\\d s\n" +
                    "3 nodes Ready in zone-a, zone-b, zone-c after \\d+\\.\\d s\n" +
                    `KUBECONFIG=${directory}/kubeconfig\n$`,
            ),
        );
        for (const line of processesOf(directory)) assert.notEqual(statSync(`/proc/${line.split(" ")[0]}`).uid, 0);

        const shown = await run([folder, "status"], { as, home: directory });
        assert.deepEqual([shown.code, shown.output.split("\n")[0]], [0, `running in ${directory}`]);
        assert.match(shown.output, /\n {2}etcd +process \d+\n/);
        assert.match(shown.output, /\n {2}nodes +3 of 3 Ready\n/);

        for (const [args, code, output] of [
            [["get", "nodes", "--output=name"], 0, /^node\/zone-a-1\nnode\/zone-b-1\nnode\/zone-c-1\n$/],
            [["get", "pod/none"], 1, /NotFound/],
            [["diff", `--filename=${directory}/none`], 2, /does not exist/],
        ] as const) {
            const called = await run([folder, "kubectl", ...args], { as, home: directory });
            assert.match(called.output, output);
            assert.equal(called.code, code, called.output);
        }

        assert.deepEqual(await run([folder, "stop"], { as, home: directory }), {
            code: 0,
            output: "stopped etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kwok; nothing is left running\n",
        });
        assert.deepEqual(processesOf(directory), []);
        assert.equal((await run([folder, "status"], { as, home: directory })).code, 3);
    });

    it("says that nothing runs when there is no sandbox, and makes nothing", async () => {
        const folder = `--directory=${directory}/none`;
        assert.deepEqual(await run([folder, "stop"]), { code: 0, output: "nothing was running\n" });
        assert.equal((await run([folder, "status"])).code, 3);
        assert.deepEqual(await run([folder, "kubeconfig"]), { code: 0, output: `${directory}/none/kubeconfig\n` });
        assert.equal((await run([folder, "reset"])).code, 0);
        assert.deepEqual(readdirSync(directory), []);
    });

    it("says what is wrong with its arguments", async () => {
        for (const [args, code, message] of [
            [["begin"], 2, /^Usage: npm run sandbox/],
            [[], 2, /^Usage: npm run sandbox/],
            [["stop", "--force"], 1, /^sandbox: Unknown option '--force'/],
            [
                [`--directory=${directory}`, "start", "--pods=2000"],
                1,
                /^sandbox: --pods=2000: must be a whole number from 1 to 1000\n$/,
            ],
        ] as const) {
            const result = await run([...args]);
            assert.equal(result.code, code, args.join(" "));
            assert.match(result.output, message);
            assert.doesNotMatch(result.output, /\n\s+at /, "no stack trace");
        }
    });

    it("says how to start a sandbox when kubectl is called without one", async () => {
        const { code, output } = await run([`--directory=${directory}`, "kubectl", "get", "nodes"]);
        assert.deepEqual([code, output], [1, "sandbox: no sandbox was started yet: npm run sandbox -- start\n"]);
    });

    it("needs nothing but Node's own modules", () => {
        const folder = join(project, "sandbox");
        const files = readdirSync(folder).filter((name) => name.endsWith(".mjs"));
        assert.ok(files.includes("sandbox.mjs"));
        for (const file of files) {
            const text = readFileSync(join(folder, file), "utf8");
            const imported = [...text.matchAll(/^(?:import|export) .*from "(.*)";$|^} from "(.*)";$/gms)];
            const modules = imported.map(([, whole, split]) => whole ?? split ?? "");
            assert.deepEqual(
                modules.filter((name) => !/^(node:|\.\/)/.test(name)),
                [],
                file,
            );
        }
    });
});
