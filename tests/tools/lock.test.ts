import assert from "node:assert/strict";
import { existsSync, utimesSync } from "node:fs";
import { execute, saying, tool, Workplace } from "./support";

interface Lock {
    locked: <T>(file: string, work: () => T | Promise<T>) => Promise<T>;
}

describe("the lock of .toolchain", () => {
    let place: Workplace;
    let locked: Lock["locked"];

    beforeEach(async () => {
        place = new Workplace();
        ({ locked } = await tool<Lock>("lock.mjs"));
    });
    afterEach(() => place.remove());

    it("is there while the work lasts, and gone after it, also when it fails", async () => {
        const file = place.path("state", "lock");
        assert.equal(await locked(file, () => existsSync(file)), true);
        await assert.rejects(
            locked(file, () => {
                throw new Error("work failed");
            }),
            /work failed/,
        );
        assert.equal(existsSync(file), false);
    });

    it("is waited for while its holder lives", async () => {
        const file = place.path("lock");
        const order: string[] = [];
        let finish = () => {};
        const first = locked(file, async () => {
            await new Promise<void>((resolve) => (finish = resolve));
            order.push("first");
        });
        const { said } = await saying(async () => {
            const second = locked(file, () => order.push("second"));
            setTimeout(() => finish(), 100);
            await Promise.all([first, second]);
        });
        assert.deepEqual(order, ["first", "second"]);
        assert.match(said, new RegExp(`another run \\(process ${process.pid}\\) is preparing the programs`));
    });

    it("of a process that is gone is taken over", async () => {
        const dead = (await execute("sh", ["-c", "echo $$"])).stdout.trim();
        const file = place.write("lock", dead);
        assert.equal(await locked(file, () => "done"), "done");
    });

    it("that nobody has renewed for a minute is taken over, though a process has its holder's number", async () => {
        const file = place.write("lock", String(process.pid));
        const old = new Date(Date.now() - 120_000);
        utimesSync(file, old, old);
        assert.equal(await locked(file, () => "done"), "done");
    });

    it("lets one of many through at a time when it is stale", async () => {
        const file = place.write("lock", "999999999");
        let inside = 0;
        let most = 0;
        await saying(() =>
            Promise.all(
                Array.from({ length: 8 }, () =>
                    locked(file, async () => {
                        most = Math.max(most, ++inside);
                        await new Promise((later) => setTimeout(later, 5));
                        inside--;
                    }),
                ),
            ),
        );
        assert.equal(most, 1);
    });
});
