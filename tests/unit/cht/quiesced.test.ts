/** The program of the quiesced sets against an API server that fails in every way that a real one can. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ACCOUNT_FOLDER, type QuiescedSettings, quiescedProgram, type Retention } from "../../../cht/quiesced";
import { makeCertificate } from "../../support/certificates";
import { type Result, run } from "../../support/processes";

const token = "the-token-of-the-account";
const day = 86_400_000;

interface Snapshot {
    metadata: { name: string; labels: Record<string, string> };
    status?: object;
}

/** What a namespace holds, and what it does when it is asked. */
class World {
    readonly deployments: Record<string, { replicas: number; generation: number }> = {
        "cht-api": { replicas: 1, generation: 1 },
        "cht-sentinel": { replicas: 1, generation: 1 },
    };
    lease: { version: number; annotations: Record<string, string | null>; spec: Record<string, unknown> } = {
        version: 1,
        annotations: {},
        spec: {},
    };
    snapshots: Snapshot[] = [];
    /** Of no Deployment. */
    strays: string[] = [];
    /** Called before a request is answered: a code is the answer instead. */
    before: (method: string, path: string) => number | undefined = () => undefined;
    /** The status of a snapshot that is made. */
    status: (claim: string) => object | undefined = () => ({ creationTime: "2026-11-22T01:00:00Z", readyToUse: true });
    readonly seen: string[] = [];

    answer(method: string, path: string, body: Record<string, unknown>): [code: number, answer: unknown] {
        this.seen.push(`${method} ${path}`);
        const code = this.before(method, path);
        if (code !== undefined) return [code, { message: `refused with ${code}` }];
        const name = path.split("/").at(-1) ?? "";
        if (path.includes("/deployments/")) return this.deployment(method, path, body);
        if (path.includes("/leases/")) return this.patchedLease(method, body);
        if (path.includes("/pods")) return [200, { items: this.pods() }];
        if (method === "POST") {
            const { metadata, spec } = body as unknown as Snapshot & { spec: { source: Record<string, string> } };
            if (this.snapshots.some((each) => each.metadata.name === metadata.name))
                return [409, { message: "exists" }];
            this.snapshots.push({ metadata, status: this.status(spec.source["persistentVolumeClaimName"] ?? "") });
            return [201, {}];
        }
        const found = this.snapshots.find(({ metadata }) => metadata.name === name);
        if (path.includes("?")) return [200, { items: this.snapshots }];
        if (found === undefined) return [404, { message: "not found" }];
        if (method === "DELETE") this.snapshots = this.snapshots.filter((each) => each !== found);
        if (method === "PATCH") Object.assign(found.metadata.labels, (body as unknown as Snapshot).metadata.labels);
        return [200, found];
    }

    private deployment(method: string, path: string, body: Record<string, unknown>): [number, unknown] {
        const deployment = this.deployments[/deployments\/([^/]+)/.exec(path)?.[1] ?? ""];
        if (deployment === undefined) return [404, { message: "not found" }];
        if (method === "PATCH") {
            assert(path.endsWith("/scale"), "a Deployment is only scaled");
            deployment.replicas = (body["spec"] as { replicas: number }).replicas;
            deployment.generation++;
        }
        const { replicas, generation } = deployment;
        return [200, { metadata: { generation }, spec: { replicas }, status: { observedGeneration: generation } }];
    }

    private patchedLease(method: string, body: Record<string, unknown>): [number, unknown] {
        if (method === "PATCH") {
            const { metadata, spec } = body as {
                metadata: { resourceVersion?: string; annotations?: object };
                spec: object;
            };
            if (metadata.resourceVersion !== undefined && metadata.resourceVersion !== String(this.lease.version)) {
                return [409, { message: "changed" }];
            }
            this.lease = {
                version: this.lease.version + 1,
                annotations: defined({ ...this.lease.annotations, ...metadata.annotations }),
                spec: defined({ ...this.lease.spec, ...spec }),
            };
        }
        const { version, annotations, spec } = this.lease;
        return [200, { metadata: { resourceVersion: String(version), annotations }, spec }];
    }

    private pods(): object[] {
        const running = Object.entries(this.deployments).filter(([, { replicas }]) => replicas > 0);
        return [...running.map(([name]) => `${name}-pod`), ...this.strays].map((name) => ({ metadata: { name } }));
    }

    /** A set of before. */
    set(name: string, { complete = true, status }: { complete?: boolean; status?: object } = {}): void {
        const labels = {
            "cht-hosting/quiesced-set": name,
            ...(complete ? { "cht-hosting/quiesced-state": "complete" } : {}),
        };
        this.snapshots.push({
            metadata: { name: `quiesced-${name}-couchdb-claim0`, labels },
            status: status ?? { readyToUse: true },
        });
    }

    get sets(): string[] {
        return this.snapshots.map(({ metadata }) => metadata.labels["cht-hosting/quiesced-set"] ?? "");
    }

    get replicas(): number[] {
        return Object.values(this.deployments).map(({ replicas }) => replicas);
    }
}

/** As a merge patch has it: `null` takes away. */
function defined<T extends Record<string, unknown>>(values: T): T {
    return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)) as T;
}

/** A set's name, from its age. */
const aged = (days: number) =>
    new Date(Date.now() - days * day).toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "-");

describe("the program of the quiesced sets", () => {
    let folder: string;
    let server: Server;
    let world: World;
    const certificate = makeCertificate({
        subject: "127.0.0.1",
        hosts: ["127.0.0.1"],
        from: new Date(Date.now() - day),
        to: new Date(Date.now() + day),
    });

    before((done) => {
        folder = mkdtempSync(join(tmpdir(), "cht-hosting-"));
        for (const [file, text] of Object.entries(quiescedProgram())) writeFileSync(join(folder, file), text);
        writeFileSync(join(folder, "token"), `${token}\n`);
        writeFileSync(join(folder, "ca.crt"), certificate.certificate);
        server = createServer({ cert: certificate.certificate, key: certificate.key }, (request, response) => {
            void read(request).then((body) => {
                assert.equal(request.headers.authorization, `Bearer ${token}`);
                const [code, answer] = world.answer(request.method ?? "", request.url ?? "", body);
                // As a connection that breaks.
                if (code === 0) return response.destroy();
                response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(answer));
            });
        });
        server.listen(0, "127.0.0.1", done);
    });
    after((done) => {
        rmSync(folder, { recursive: true });
        server.close(done);
        server.closeAllConnections();
    });
    beforeEach(() => (world = new World()));

    function take(keep: Retention = { count: 3 }, lease = 1): Promise<Result> {
        const settings: QuiescedSettings = {
            namespace: "uat",
            writers: ["cht-sentinel", "cht-api"],
            podSelector: "cht.service in (sentinel,api)",
            claims: ["couchdb-claim0"],
            snapshotClassName: "quiesced",
            labels: {},
            annotations: {},
            lease: "cht-snapshots",
            keep,
            patience: { poll: 0.02, pods: 2, snapshots: 1, api: 1, lease },
            account: folder,
        };
        writeFileSync(join(folder, "settings.json"), JSON.stringify(settings));
        const { port } = server.address() as AddressInfo;
        const env = { KUBERNETES_SERVICE_HOST: "127.0.0.1", KUBERNETES_SERVICE_PORT: String(port) };
        return run(process.execPath, [join(folder, "run.js")], { cwd: folder, env });
    }

    it("takes a set, and leaves nothing behind", async () => {
        const { code, stderr } = await take();
        assert.deepEqual([code, stderr], [0, ""]);
        assert.equal(world.snapshots[0]?.metadata.labels["cht-hosting/quiesced-state"], "complete");
        assert.deepEqual([world.replicas, world.lease.annotations], [[1, 1], {}]);
        assert.equal(world.lease.spec["holderIdentity"], undefined);
    });

    it("stops before it takes, and takes before it starts", async () => {
        await take();
        const steps = world.seen
            .filter((each) => /^(POST|PATCH .*\/scale)/.test(each))
            .map((each) => each.split("/").slice(-2)[0]);
        assert.deepEqual(steps, ["cht-sentinel", "cht-api", "uat", "cht-api", "cht-sentinel"]);
    });

    it("leaves what was stopped before", async () => {
        world.deployments["cht-sentinel"] = { replicas: 0, generation: 1 };
        assert.equal((await take()).code, 0);
        assert.deepEqual(world.replicas, [1, 0]);
    });

    it("does not give up an API server that is away for a moment", async () => {
        let failures = 0;
        const codes = [0, 503, 429];
        world.before = (method, path) =>
            failures < 9 && (method === "POST" || path.endsWith("/scale") || path.endsWith("/pods"))
                ? codes[failures++ % 3]
                : undefined;
        const { code, stderr } = await take();
        assert.deepEqual([code, stderr], [0, ""]);
        assert.deepEqual(world.replicas, [1, 1]);
    });

    it("asks again for a snapshot whose answer was lost, and has one", async () => {
        let lost = false;
        world.before = (method) => {
            if (method !== "POST" || lost) return undefined;
            lost = true;
            world.snapshots.push({
                metadata: {
                    name: `quiesced-${aged(0)}-couchdb-claim0`,
                    labels: { "cht-hosting/quiesced-set": aged(0) },
                },
                status: { creationTime: "2026-11-22T01:00:00Z", readyToUse: true },
            });
            return 503;
        };
        assert.equal((await take()).code, 0);
        assert.equal(world.snapshots.length, 1);
    });

    it("says what it may not do, and starts what it has stopped", async () => {
        world.before = (method) => (method === "POST" ? 403 : undefined);
        const { code, stderr } = await take();
        assert.deepEqual(
            [code, stderr],
            [
                1,
                "No quiesced set: POST /apis/snapshot.storage.k8s.io/v1/namespaces/uat/volumesnapshots: 403 refused with 403.\n",
            ],
        );
        assert.deepEqual([world.replicas, world.lease.annotations], [[1, 1], {}]);
    });

    it("tells the storage's reason, and keeps no half of a set", async () => {
        world.status = () => ({ error: { message: "no room" } });
        const { code, stderr } = await take();
        assert.deepEqual(
            [code, stderr],
            [1, "No quiesced set: after 1 s the snapshot of couchdb-claim0 is not taken: no room.\n"],
        );
        assert.deepEqual([world.snapshots, world.replicas], [[], [1, 1]]);
    });

    it("finds a writer that was started and stopped again in between", async () => {
        world.status = () => {
            const api = world.deployments["cht-api"];
            if (api !== undefined) Object.assign(api, { generation: api.generation + 2, replicas: 1 });
            return { creationTime: "2026-11-22T01:00:00Z", readyToUse: true };
        };
        const { code, stderr } = await take();
        assert.deepEqual([code, stderr], [1, "No quiesced set: cht-api was changed or started meanwhile.\n"]);
        assert.deepEqual([world.snapshots, world.replicas], [[], [1, 1]]);
        // What runs again is left as it is.
        assert.equal(world.seen.filter((each) => each.endsWith("/cht-api/scale")).length, 1);
    });

    it("finds a pod that writes, whoever started it", async () => {
        world.status = () => {
            world.strays = ["sentinel-by-hand"];
            return { creationTime: "2026-11-22T01:00:00Z", readyToUse: true };
        };
        const { code, stderr } = await take();
        assert.deepEqual(
            [code, stderr],
            [1, "No quiesced set: the set is not consistent: still runs sentinel-by-hand.\n"],
        );
        assert.deepEqual([world.snapshots, world.replicas], [[], [1, 1]]);
    });

    it("remembers what it could not start, for the next run", async () => {
        let made = false;
        world.before = (method, path) => {
            made ||= method === "POST";
            return made && path.endsWith("/scale") ? 500 : undefined;
        };
        assert.equal((await take()).code, 1);
        assert.deepEqual(world.replicas, [0, 0]);
        assert.deepEqual(world.lease.annotations, {
            "cht-hosting/quiesced-replicas": '{"cht-sentinel":1,"cht-api":1}',
        });
        world.before = () => undefined;
        const { code, stdout } = await take();
        assert.equal(code, 0);
        assert.match(
            stdout,
            /^A run before this one ended in the middle of a set\.\nStarted cht-api\.\nStarted cht-sentinel\.\n/,
        );
        assert.deepEqual([world.replicas, world.lease.annotations, world.snapshots.length], [[1, 1], {}, 1]);
    });

    it("starts one though the other cannot be", async () => {
        let made = false;
        world.before = (method, path) => {
            made ||= method === "POST";
            return made && path.endsWith("/cht-api/scale") ? 403 : undefined;
        };
        assert.equal((await take()).code, 1);
        assert.deepEqual(world.replicas, [0, 1]);
    });

    it("waits for a run that is alive, and takes over from one that is not", async () => {
        const lease = (renewTime: string) =>
            (world.lease = {
                version: 7,
                annotations: {},
                spec: { holderIdentity: "x", leaseDurationSeconds: 1, renewTime },
            });
        lease(new Date(Date.now() - 60_000).toISOString());
        assert.equal((await take()).code, 0);
        lease(new Date().toISOString());
        const begun = Date.now();
        assert.equal((await take()).code, 0);
        assert(Date.now() - begun > 900);
    });

    it("leaves everything to a run that has taken over", async () => {
        world.status = () => {
            world.lease.spec["holderIdentity"] = "another";
            return undefined;
        };
        const { code, stderr } = await take({ count: 3 }, 0.2);
        assert.equal(code, 1);
        assert.match(stderr, /another run has taken over/);
        assert.deepEqual(world.replicas, [0, 0]);
        assert.notDeepEqual(world.lease.annotations, {});
    });

    describe("keeps", () => {
        const ages = (sets: string[]) => sets.filter((set) => set < aged(0.5)).sort();

        it("as many as it should", async () => {
            for (const days of [1, 2, 3]) world.set(aged(days));
            const kept = ages(world.sets).slice(-2);
            await take({ count: 3 });
            assert.deepEqual(ages(world.sets), kept);
            assert.equal(world.sets.length, 3);
        });

        it("what is not too old", async () => {
            for (const days of [1, 6, 8, 30]) world.set(aged(days));
            const kept = ages(world.sets).slice(-2);
            await take({ seconds: 7 * 86_400 });
            assert.deepEqual(ages(world.sets), kept);
        });

        it("the last good one, whatever its age, while the new one is not ready", async () => {
            world.status = () => ({ creationTime: "2026-11-22T01:00:00Z", readyToUse: false });
            world.set(aged(400));
            world.set(aged(500));
            const [, good = ""] = ages(world.sets);
            await take({ seconds: 86_400 });
            assert.deepEqual(ages(world.sets), [good]);
            await take({ count: 1 });
            assert(world.sets.includes(good));
        });

        it("nothing incomplete, and nothing failed beside a newer good one", async () => {
            world.set(aged(3), { status: { error: { message: "no room" } } });
            world.set(aged(2), { complete: false });
            await take({ count: 9 });
            assert.deepEqual(ages(world.sets), []);
            assert.equal(world.sets.length, 1);
        });

        it("a failed set in no other's place", async () => {
            world.set(aged(1), { status: { error: { message: "no room" } } });
            world.set(aged(2));
            const [good = ""] = ages(world.sets);
            world.status = () => ({ creationTime: "2026-11-22T01:00:00Z", readyToUse: false });
            await take({ count: 2 });
            assert(world.sets.includes(good));
        });
    });

    it("runs where Kubernetes puts its account", () => {
        assert.equal(ACCOUNT_FOLDER, "/var/run/secrets/kubernetes.io/serviceaccount");
    });
});

async function read(request: IncomingMessage): Promise<Record<string, unknown>> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
}
