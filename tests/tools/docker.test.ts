import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { execute, root, saying, tool, Workplace } from "./support";

interface Provided {
    env: Record<string, string | undefined>;
    release: () => Promise<void>;
}
interface Engine {
    host: string;
    folder: string;
    stop: () => Promise<void>;
}
interface Debian {
    installDebianPackages: (packages: Record<string, string>, options: { policy: string }) => Promise<void>;
}

/** Where the docker CLI of this test finds an engine, in the order in which it looks. */
const fakeDocker = `#!/bin/sh
case "$1 $2" in
    "context inspect") cat "$FAKE/context" ;;
    "version --format") [ "$DOCKER_HOST" = "$(cat "$FAKE/answers")" ] || [ -e "\${DOCKER_HOST#unix://}" ] || exit 1; echo 27.0.1 ;;
    *) echo "$@" >>"$FAKE/calls" ;;
esac
`;

/** An engine that does nothing but be there until it is told to end. */
const fakeDockerd = `#!/bin/sh
echo $$ >"$FAKE/pid"
trap 'echo ended >>"$FAKE/ended"; exit 0' TERM
touch "\${2#unix://}"
while :; do sleep 0.05; done
`;

describe("the Docker engine of the tests", () => {
    let place: Workplace;
    const before = { ...process.env };
    const uid = process.getuid;

    beforeEach(() => {
        place = new Workplace();
        place.write("context", "unix:///none");
        place.write("answers", "");
        place.write("bin/docker", fakeDocker, 0o755);
        for (const name of ["DOCKER_HOST", "DOCKER_CONTEXT", "CHT_KEEP"]) delete process.env[name];
        Object.assign(process.env, { PATH: `${place.path("bin")}:${before.PATH}`, FAKE: place.top });
    });
    afterEach(() => {
        for (const name of Object.keys(process.env)) delete process.env[name];
        Object.assign(process.env, before);
        process.getuid = uid;
        place.remove();
    });

    const provide = async () => {
        const { provideDockerEngine } = await tool<{ provideDockerEngine: () => Promise<Provided> }>(
            "docker-engine.mjs",
        );
        return saying(provideDockerEngine);
    };
    const refused = async (message: string | RegExp) => assert.rejects(provide(), { message });

    describe("that is already there", () => {
        const variables = (host: string) => ({
            DOCKER_HOST: host,
            DOCKER_CONTEXT: undefined,
            DOCKER_TLS_VERIFY: undefined,
            DOCKER_CERT_PATH: undefined,
        });

        for (const [how, set, host] of [
            ["DOCKER_HOST", () => (process.env["DOCKER_HOST"] = "unix:///one"), "unix:///one"],
            ["the CLI's context", () => place.write("context", "unix:///two"), "unix:///two"],
            ["a CLI without contexts", () => place.write("context", ""), "unix:///var/run/docker.sock"],
        ] as const) {
            it(`is found by ${how}, named, and left alone`, async () => {
                set();
                place.write("answers", host);
                const { result, said } = await provide();
                await result.release();
                assert.deepEqual(result.env, variables(host));
                assert.equal(said, `Docker engine 27.0.1 at ${host} is used\n`);
                assert.ok(!existsSync(place.path("calls")));
            });
        }
    });

    describe("that cannot be had", () => {
        it("is root's to start", () => {
            process.getuid = () => 1000;
            return refused("no Docker engine answers at unix:///none, and only root can start one");
        });

        it("is not another machine's", () => {
            process.getuid = () => 1000;
            process.env["DOCKER_HOST"] = "ssh://far";
            place.write("answers", "ssh://far");
            return refused("the Docker engine at ssh://far may be on another machine, and only root can start one");
        });

        it("is not started beside another, whose firewall rules it would take away", async () => {
            process.getuid = () => 0;
            place.write("bin/dockerd", fakeDockerd, 0o755);
            const other = spawn(place.path("bin", "dockerd"), ["--host", "unix:///dev/null"], { stdio: "ignore" });
            try {
                while (!existsSync(place.path("pid"))) await new Promise((later) => setTimeout(later, 20));
                await refused(
                    /^no Docker engine answers at unix:\/\/\/none, and another runs beside it \(process \d+\): DOCKER_HOST may say where it is$/,
                );
            } finally {
                other.kill("SIGKILL");
            }
        });

        it("is a suite's reason to be left out", async () => {
            process.getuid = () => 1000;
            const { withRequirements } = await tool<{
                withRequirements: <T>(names: string[], work: () => T, without: (reason: string) => T) => Promise<T>;
            }>("requirements.mjs");
            const result = await withRequirements(
                ["docker"],
                () => "worked",
                (reason) => reason,
            );
            const reason = "no Docker engine answers at unix:///none, and only root can start one";
            assert.equal(result, `needs a Docker engine: ${reason}`);
        });
    });

    (process.platform === "linux" ? describe : describe.skip)("of its own", () => {
        const start = async () => {
            const { startDockerd } = await tool<{ startDockerd: () => Promise<Engine> }>("dockerd.mjs");
            return startDockerd();
        };
        const lines = (file: string) => readFileSync(place.path(file), "utf8").trim().split("\n");
        const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith("cht-docker-"));

        it("has a folder and a socket of its own, and is gone with all that was on it", async () => {
            place.write("bin/dockerd", fakeDockerd, 0o755);
            const engine = await start();
            assert.equal(engine.host, `unix://${engine.folder}/docker.sock`);
            assert.ok(existsSync(engine.folder));
            await engine.stop();
            assert.deepEqual(lines("ended"), ["ended"]);
            assert.deepEqual(lines("calls"), ["ps --all --quiet", "network prune --force"]);
            assert.ok(!existsSync(engine.folder));
        });

        it("that does not start says why, and leaves nothing", async () => {
            const there = folders();
            const log =
                'time="1" level=info msg="up"\\ntime="2" level=error msg="no \\"cgroup\\""\\ntime="3" level=info msg="x"';
            place.write("bin/dockerd", `#!/bin/sh\nprintf '%b\\n' '${log}'\nexit 1\n`, 0o755);
            await assert.rejects(start(), { message: 'dockerd does not start: no "cgroup"' });
            assert.deepEqual(folders(), there);
        });

        it("ends with the process that started it, even if that is killed, and its folder at the next start", async () => {
            place.write("bin/dockerd", fakeDockerd, 0o755);
            const script = place.write(
                "start.mjs",
                `import { startDockerd } from ${JSON.stringify(`${root}/tools/dockerd.mjs`)};
                 console.log((await startDockerd()).folder); setInterval(() => {}, 1000);`,
            );
            const child: ChildProcess = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
            const folder = await new Promise<string>((said) =>
                child.stdout?.on("data", (text: Buffer) => said(text.toString().trim())),
            );
            child.kill("SIGKILL");
            while (!existsSync(place.path("ended"))) await new Promise((later) => setTimeout(later, 20));
            assert.ok(existsSync(folder));
            while (existsSync(`/proc/${lines("pid")[0]}`)) await new Promise((later) => setTimeout(later, 20));
            await (await start()).stop();
            assert.ok(!existsSync(folder));
        });
    });

    describe("and Debian's packages", () => {
        const install = async (packages: Record<string, string>) => {
            const { installDebianPackages } = await tool<Debian>("debian.mjs");
            return saying(() => installDebianPackages(packages, { policy: place.path("policy") }));
        };
        /** Its packages have one program each, and it says what it was asked for, and whether services might start. */
        const aptGet = `#!/bin/sh
echo "$@: $("$FAKE/policy"; echo $?)" >>"$FAKE/calls"
[ "$1" = update ] && exit 0
for package; do case $package in
    absent) echo "E: Unable to locate package absent" >&2; exit 100 ;;
    *-package) touch "$FAKE/bin/\${package%-package}"; chmod +x "$FAKE/bin/\${package%-package}" ;;
esac; done
`;

        beforeEach(() => {
            process.getuid = () => 0;
            place.write("bin/apt-get", aptGet, 0o755);
        });

        it("are installed where a program is missing, and start nothing", async () => {
            const { said } = await install({ sh: "dash", one: "one-package", two: "two-package" });
            assert.match(said, /^installing Debian's one-package, two-package …\n.*: done in [\d.]+ s\n$/);
            assert.deepEqual(readFileSync(place.path("calls"), "utf8").trim().split("\n"), [
                "update -qq: 101",
                "install --yes --no-install-recommends -- one-package two-package: 101",
            ]);
            assert.ok(!existsSync(place.path("policy")));
        });

        it("are not asked for where nothing is missing", async () => {
            assert.equal((await install({ sh: "dash" })).said, "");
            assert.ok(!existsSync(place.path("calls")));
        });

        it("keep the administrator's own policy", async () => {
            place.write("policy", "#!/bin/sh\nexit 7\n", 0o755);
            await install({ one: "one-package" });
            assert.equal((await execute(place.path("policy"), [])).code, 7);
        });

        it("that cannot be installed are one sentence", async () => {
            await assert.rejects(install({ none: "absent" }), {
                message: "Debian's absent could not be installed: Unable to locate package absent",
            });
            await assert.rejects(install({ none: "other" }), { message: "none not found, though other is installed" });
            process.getuid = () => 1000;
            await assert.rejects(install({ none: "absent" }), {
                message: "none not found, and only root on Debian can have them installed",
            });
            assert.ok(!existsSync(place.path("policy")));
        });
    });
});
