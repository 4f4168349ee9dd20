/** For tests of the client itself: the engine of the environment, objects of their own, and the docker CLI as a witness. */
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { connect, type Engine } from "../../../docker/client";
import { findEndpoint, thisMachine } from "../../../docker/endpoint";
import { run } from "../../support/processes";
import { buildImages } from "../images/build";

/** Of every name and of the label of whatever a test makes, so that all of it is found and removed. */
export const prefix = `cht-client-${randomBytes(4).toString("hex")}`;
export const label = { "cht-hosting.test": prefix };

/** A small image with BusyBox. */
export const image = `${prefix}/tool:1`;

let connected: Engine | undefined;

export function engine(): Engine {
    if (connected === undefined) throw new Error("the engine is connected before the first test, not earlier");
    return connected;
}

/** What the docker CLI says to the same engine. */
export async function docker(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await run("docker", args, { cwd: tmpdir(), env: process.env });
    if (code !== 0) throw new Error(`docker ${args.join(" ")}: ${stderr.trim()}`);
    return stdout.trim();
}

/** Makes and starts a container that does what a shell is told. @returns its name. */
export async function shell(name: string, script: string, more: object = {}): Promise<string> {
    const whole = `${prefix}-${name}`;
    const Cmd = ["/bin/busybox", "sh", "-c", script];
    await engine().containers.create(whole, { Image: image, Cmd, Labels: label, ...more });
    await engine().containers.start(whole);
    return whole;
}

export async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
    const all: T[] = [];
    for await (const each of source) all.push(each);
    return all;
}

/** To be called in every file of tests of the client. */
export function useEngine(): void {
    before("connect to the engine", async function () {
        this.timeout("300s");
        connected ??= await connect(findEndpoint({}, thisMachine()));
        await buildImages(() => undefined);
        await docker("tag", "stand-in/busybox", image);
    });
    after("remove what the tests made", async function () {
        this.timeout("60s");
        for (const [list, remove] of [
            [
                ["ps", "--all"],
                ["rm", "--force", "--volumes"],
            ],
            [
                ["volume", "ls"],
                ["volume", "rm"],
            ],
            [
                ["network", "ls"],
                ["network", "rm"],
            ],
        ] as const) {
            const ids = await docker(...list, "--quiet", "--filter", `label=cht-hosting.test=${prefix}`);
            if (ids !== "") await docker(...remove, ...ids.split("\n"));
        }
        const names = await docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}");
        const own = names.split("\n").filter((name) => name.includes(prefix));
        if (own.length > 0) await docker("image", "rm", "--force", ...own);
    });
}
