import assert from "node:assert/strict";
import type { HealthCheck } from "../../cht/model";
import { whenMade } from "../../components/docker/made";
import { EngineOperations } from "../../components/docker/operations";
import { missingImages } from "../../components/docker/prepare-images";
import { loginFor, readLogins } from "../../components/docker/registry";
import { waitUntilWell } from "../../components/docker/well";
import type { LiveHost } from "../../config/docker/live";
import type { Engine } from "../../docker/client";
import type { RegistryAnswer } from "../../docker/images";
import type { Container } from "../../docker/types";
import { emptyEngine, hostFile, planOf, runningOn } from "../unit/config/docker-support";
import { stack } from "../unit/config/support";

/** What is decided and done on an engine, with one that notes what it is told. The real one is the suite `docker`'s. */

type State = Partial<Container["State"]> & { readonly labels?: Record<string, string>; readonly restarts?: number };

interface Scene {
    /** By container: what it is like at each look, the last for ever. */
    readonly containers?: Record<string, readonly State[]>;
    /** By container: what the health check's command ends with, and says. */
    readonly exec?: Record<string, { readonly code: number; readonly stdout?: string }>;
}

function engineOf({ containers = {}, exec = {} }: Scene): { engine: Engine; done: string[] } {
    const done: string[] = [];
    const looks = new Map<string, number>();
    const gone = new Set<string>();
    const inspect = (name: string) => {
        const states = containers[name];
        if (states === undefined || gone.has(name)) return Promise.resolve(undefined);
        const look = looks.get(name) ?? 0;
        looks.set(name, look + 1);
        const { labels = {}, restarts = 0, ...state } = states[Math.min(look, states.length - 1)] ?? {};
        const running = (state.Status ?? "running") === "running";
        return Promise.resolve({
            Id: name,
            Name: `/${name}`,
            RestartCount: restarts,
            State: { Status: "running", Running: running, ExitCode: 0, StartedAt: "t", OOMKilled: false, ...state },
            Config: { Labels: labels, Image: "" },
            Mounts: [],
        });
    };
    const note = (verb: string) => (name: string) => {
        done.push(`${verb} ${name}`);
        if (verb === "remove") gone.add(name);
        return Promise.resolve();
    };
    const engine = {
        containers: {
            inspect,
            start: note("start"),
            stop: note("stop"),
            remove: note("remove"),
            exec: (name: string, [command = ""]: string[]) => {
                done.push(`exec ${name} ${command}`);
                const { code, stdout = "" } = exec[name] ?? { code: 0 };
                return Promise.resolve({ code, stdout: Buffer.from(stdout), stderr: Buffer.from("") });
            },
        },
    };
    return { engine: engine as unknown as Engine, done };
}

const health = (startSeconds: number): HealthCheck => ({
    command: ["check"],
    periodSeconds: 10,
    timeoutSeconds: 5,
    failureThreshold: 3,
    startSeconds,
});

describe("waiting for a service", () => {
    const wait = (scene: Scene, check?: HealthCheck) => {
        const { engine, done } = engineOf(scene);
        return waitUntilWell(engine, "dev-api", check).then(() => done);
    };

    it("is over when the engine says that it is well, without another look", async () => {
        const state = { Health: { Status: "healthy", FailingStreak: 0, Log: [] } } as State;
        assert.deepEqual(await wait({ containers: { "dev-api": [state] } }, health(1)), []);
    });

    it("runs the check itself, as the engine looks for the first time after a whole period", async () => {
        assert.deepEqual(await wait({ containers: { "dev-api": [{}] } }, health(1)), ["exec dev-api check"]);
    });

    it("starts one that was stopped", async () => {
        const states: State[] = [{ Status: "exited" }, {}];
        const done = await wait({ containers: { "dev-api": states } }, health(5));
        assert.deepEqual(done, ["start dev-api", "exec dev-api check"]);
    });

    it("of one without a check is over when it still runs a moment later, and not when it was started anew", async () => {
        const states: State[] = [{ StartedAt: "1" }, { StartedAt: "2" }, { StartedAt: "2" }];
        const { engine } = engineOf({ containers: { "dev-api": states } });
        const begin = Date.now();
        await waitUntilWell(engine, "dev-api", undefined);
        assert.ok(Date.now() - begin >= 300, "three looks");
    });

    it("ends with what the check said last, when its time is over", async () => {
        const scene = {
            containers: { "dev-api": [{}] },
            exec: { "dev-api": { code: 7, stdout: "warming up\nno answer\n" } },
        };
        await assert.rejects(wait(scene, health(0)), {
            message:
                "the container 'dev-api' is not well after 0 s (no answer): look at its log, 'docker logs dev-api'",
        });
    });

    it("ends early where a container ends again and again", async () => {
        const states = [0, 5].map(
            (restarts): State => ({ Status: "restarting", ExitCode: 3, OOMKilled: true, restarts }),
        );
        await assert.rejects(wait({ containers: { "dev-api": states } }, health(60)), {
            message:
                "the container 'dev-api' ends again and again (exit code 3, out of memory): look at its log, 'docker logs dev-api'",
        });
    });

    it("goes on where it ended often before, and no more", async () => {
        const states: State[] = [{ Status: "restarting", restarts: 9 }, { restarts: 9 }];
        assert.deepEqual(await wait({ containers: { "dev-api": states } }, health(60)), ["exec dev-api check"]);
    });

    it("ends at once where the container is gone", async () => {
        await assert.rejects(wait({}, health(60)), {
            message: "the container 'dev-api' is gone: run 'pulumi up --refresh'",
        });
    });
});

describe("before a container is made", () => {
    const plan = planOf(hostFile());
    const workload = (service: string) => {
        const found = plan.description.workloads.find((one) => one.service === service);
        assert.ok(found);
        return found;
    };
    const labels = { "cht-hosting/stack": stack, "cht-hosting/instance": "dev" };

    it("one of its name is removed that an 'up' left when it was killed", async () => {
        const { engine, done } = engineOf({ containers: { "dev-nouveau": [{ labels }] } });
        await new EngineOperations(engine, plan, stack).prepare(workload("nouveau"));
        assert.deepEqual(done, ["stop dev-nouveau", "remove dev-nouveau"]);
    });

    for (const other of [
        {},
        { ...labels, "cht-hosting/stack": "cht-hosting.other" },
        { ...labels, "cht-hosting/instance": "d" },
    ]) {
        it(`one of its name stays that is somebody else's: ${JSON.stringify(other)}`, async () => {
            const { engine, done } = engineOf({ containers: { "dev-nouveau": [{ labels: other }] } });
            await assert.rejects(new EngineOperations(engine, plan, stack).prepare(workload("nouveau")), {
                message: "the container 'dev-nouveau' is somebody else's: rename or remove it",
            });
            assert.deepEqual(done, []);
        });
    }

    it("every service is well that it starts after, and no other is asked", async () => {
        const names = ["dev-api", "dev-haproxy", "dev-certificate", "dev-couchdb"];
        const { engine, done } = engineOf({ containers: Object.fromEntries(names.map((name) => [name, [{}]])) });
        await new EngineOperations(engine, plan, stack).prepare(workload("nginx"));
        const asked = ["exec dev-api /bin/sh", "exec dev-certificate /bin/sh", "exec dev-haproxy /bin/sh"];
        assert.deepEqual(done.sort(), asked);
    });
});

describe("when a container was made", () => {
    const now = new Date("2026-11-22T12:00:00Z");
    const plan = planOf(hostFile());
    const live = runningOn(hostFile());
    const withState = (status: string, made?: string): LiveHost => ({
        ...live,
        containers: live.containers.map((one) =>
            one.name === "dev-api"
                ? {
                      ...one,
                      status,
                      labels: { ...one.labels, ...(made === undefined ? {} : { "cht-hosting/made": made }) },
                  }
                : one,
        ),
    });
    const api = (host: LiveHost) => whenMade(plan, host, now).get("api");

    it("is what its label says, whether it runs or was stopped", () => {
        assert.equal(api(withState("running", "before")), "before");
        assert.equal(api(withState("exited", "before")), "before");
    });

    it("is now where there is none, or one that never began: it is replaced, whatever the state says", () => {
        assert.equal(api(emptyEngine), "2026-11-22T12:00:00.000Z");
        assert.equal(api(withState("created", "before")), "2026-11-22T12:00:00.000Z");
    });

    it("is told of every service", () => {
        assert.deepEqual(
            [...whenMade(plan, emptyEngine, now).keys()].sort(),
            plan.description.workloads.map(({ service }) => service).sort(),
        );
    });
});

describe("images that are missing", () => {
    const plan = planOf(hostFile());

    async function missing(answers: (image: string) => RegistryAnswer, local: string[] = [], archived: string[] = []) {
        const asked: string[] = [];
        const engine = {
            images: {
                inspect: (name: string) => Promise.resolve(local.includes(name) ? {} : undefined),
                askRegistry: (name: string) => {
                    asked.push(name);
                    return Promise.resolve(answers(name));
                },
            },
        } as unknown as Engine;
        const archives = archived.length === 0 ? [] : [{ path: "a.tar", images: archived, format: "docker" as const }];
        return { problems: await missingImages(engine, [plan], archives, new Map()), asked };
    }

    const image = (name: string) => `public.ecr.aws/medic/cht-${name}:5.2.0`;
    const all = ["couchdb-nouveau", "couchdb", "haproxy", "api", "sentinel", "nginx"].map(image);
    const unreachable = (name: string): RegistryAnswer => ({
        kind: "unreachable",
        reason: `the registry of image '${name}' cannot be asked: no such host`,
    });

    it("are none that the engine has, that an archive holds, or that the registry knows", async () => {
        const { problems, asked } = await missing(
            () => ({ kind: "known", digest: "sha256:0" }),
            [image("api"), image("couchdb")],
            [image("nginx")],
        );
        assert.deepEqual(problems, []);
        assert.deepEqual(asked.sort(), [image("couchdb-nouveau"), image("haproxy"), image("sentinel")].sort());
    });

    it("are told in one sentence where the reason is one", async () => {
        const { problems } = await missing(unreachable);
        assert.deepEqual(problems, [
            {
                path: "instances.dev.version",
                message: `images that are not on the engine cannot be had, since their registry cannot be reached (no such host): ${all.join(", ")}`,
            },
        ]);
    });

    it("are told apart by their reason", async () => {
        const { problems } = await missing((name) =>
            name === image("api")
                ? { kind: "denied", reason: "x" }
                : name === image("nginx")
                  ? { kind: "unknown", reason: "y" }
                  : { kind: "known", digest: "" },
        );
        assert.deepEqual(
            problems.map(({ message }) => message),
            [
                `images that are not on the engine cannot be had, since their registry does not give them out without a login ('pulumi config set --secret <instance>.dockerConfigJson'): ${image("api")}`,
                `images that are not on the engine cannot be had, since their registry does not have them: ${image("nginx")}`,
            ],
        );
    });
});

describe("logins at registries", () => {
    it("are found by the registry in an image's name, Docker Hub's where there is none", async () => {
        const auth = Buffer.from("me:pass:word").toString("base64");
        const text = JSON.stringify({
            auths: {
                "https://index.docker.io/v1/": { auth },
                "registry.example.org:5000": { username: "a", password: "b" },
            },
        });
        const { secret } = await import("@pulumi/pulumi");
        const logins = await readLogins(new Map([["dev", { dockerConfigJson: secret(text) }]]));
        assert.deepEqual(loginFor("certbot/certbot:v5", logins), {
            username: "me",
            password: "pass:word",
            serveraddress: "index.docker.io",
        });
        assert.deepEqual(loginFor("registry.example.org:5000/cht/cht-api:5.2.0", logins), {
            username: "a",
            password: "b",
            serveraddress: "registry.example.org:5000",
        });
        assert.equal(loginFor("public.ecr.aws/medic/cht-api:5.2.0", logins), undefined);
    });
});
