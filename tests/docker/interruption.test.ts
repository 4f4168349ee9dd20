/** The engine is killed in the middle of an `up`: the next one completes what was begun, and makes nothing twice. */
import assert from "node:assert/strict";
import { call, checkout } from "../support/checkout";
import { processesWith, type Running } from "../support/processes";
import { type Stack, succeeded } from "../support/stack";
import { engine } from "./support/engine";
import { hostInstance, hostStack, outputs, services } from "./support/host-stack";
import { User } from "./support/web";

describe("an up that is killed", () => {
    /** After how many finished resources: while volumes are made, and while containers are. */
    for (const finished of [6, 14]) {
        const name = `killed${finished}`;

        it(`after ${finished} resources is completed by the next`, async () => {
            const stack = await hostStack(name, { [name]: hostInstance() });
            const running = stack.start("up", "--yes", "--skip-preview");
            await whenFinished(running, finished);
            await killEngine(running);
            const before = await passwords(name);
            succeeded(await call("pulumi", ["cancel", "--yes", "--stack", name]));
            await stack.deploy();
            await complete(stack, name);
            const now = await passwords(name);
            if (before.length > 0) assert.deepEqual(now, before);
            assert.match(await journal(name), /^start(\nclean\nstart)*$/);
        });

        after(`take ${name} away`, () => engine.sweep(name));
    }
});

const journal = (name: string) => engine.exec(`${name}-couchdb`, "cat", "/opt/couchdb/data/journal");

/** The passwords that the instance's containers have: none, one, or a mistake. */
async function passwords(name: string): Promise<string[]> {
    const { containers } = await engine.objects(name);
    const found = await Promise.all(containers.map((each) => engine.variable(each, "COUCHDB_PASSWORD")));
    return [...new Set(found.flatMap((each) => each ?? []))];
}

async function complete(stack: Stack, name: string): Promise<void> {
    const { containers } = await engine.objects(name);
    assert.deepEqual(
        containers,
        services("5.2.0").map((service) => `${name}-${service}`),
    );
    const [password = "", ...more] = await passwords(name);
    assert.deepEqual(more, []);
    const user = new User((await outputs(stack))[name]?.url ?? "", "medic", password);
    assert.match((await user.login()) ?? "", /^AuthSession=/);
    if ((await stack.export()).pending.length > 0)
        succeeded(await stack.run("refresh", "--yes", "--skip-preview", "--clear-pending-creates"));
    await stack.expectNoChanges();
}

/** Waits until Pulumi has told that so many resources are made. */
async function whenFinished({ child, result }: Running, finished: number): Promise<void> {
    let said = "";
    const enough = new Promise<void>((resolve) => {
        child.stdout.on("data", (text: string) => {
            said += text;
            if ((said.match(/ created( \(|$)/gm) ?? []).length >= finished) resolve();
        });
    });
    const early = result.then(({ stdout }) => assert.fail(`ended before it could be interrupted:\n${stdout}`));
    await Promise.race([enough, early]);
}

/** As when the operator's machine loses its power: program and plugins are gone with the engine. */
async function killEngine({ child, result }: Running): Promise<void> {
    child.kill("SIGKILL");
    assert.equal((await result).code, undefined);
    for (const { pid } of processesWith(checkout())) {
        try {
            process.kill(pid, "SIGKILL");
        } catch {
            // It has just ended by itself.
        }
    }
}
