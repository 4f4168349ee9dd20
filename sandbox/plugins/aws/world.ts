/**
 * What exists in the simulated AWS: `state.json` in the folder of `CHT_AWS_STAND_IN`, shared by every plugin process and
 * by the tests, who may put things there that nobody made with Pulumi.
 */
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { Bag, Value } from "../values";

export interface Item {
    /** As the SDK calls it: `aws:ec2/vpc:Vpc`. */
    type: string;
    /** Empty for services that are the same in every region. */
    region: string;
    id: string;
    /** As the SDK's outputs. */
    properties: Bag;
}

/** Everything that there is, as one piece of work sees it. */
export class Inventory {
    constructor(readonly items: Item[]) {}

    all(type: string, region: string): Item[] {
        return this.items.filter((one) => one.type === type && (one.region === "" || one.region === region));
    }

    get(type: string, region: string, id: string): Item | undefined {
        return this.all(type, region).find((one) => one.id === id);
    }

    /** Of a type, by any property: `arn`, `name`. */
    find(type: string, region: string, property: string, value: Value | undefined): Item | undefined {
        return this.all(type, region).find(
            (one) => (property === "id" ? one.id : one.properties[property]) === value && value !== undefined,
        );
    }

    add(item: Item): void {
        this.items.push(item);
    }

    remove(item: Item): void {
        this.items.splice(this.items.indexOf(item), 1);
    }
}

/** A file that is there whole or not at all. */
export function writeWhole(file: string, value: unknown): void {
    writeFileSync(`${file}.new`, `${JSON.stringify(value, undefined, 2)}\n`);
    renameSync(`${file}.new`, file);
}

const isRunning = (pid: number): boolean => {
    try {
        process.kill(pid, 0);
        return true;
    } catch {
        return false;
    }
};

export class World {
    private readonly file: string;
    private readonly lock: string;

    constructor(readonly folder: string) {
        this.file = join(folder, "state.json");
        this.lock = join(folder, "lock");
    }

    read(): Inventory {
        if (!existsSync(this.file)) return new Inventory([]);
        const { resources } = JSON.parse(readFileSync(this.file, "utf8")) as { resources: Item[] };
        return new Inventory(resources);
    }

    /** Work that changes what exists, alone; nothing is changed where it fails. */
    change<T>(work: (inventory: Inventory) => T): Promise<T> {
        return this.alone(() => {
            const inventory = this.read();
            const before = structuredClone(inventory.items);
            const result = work(inventory);
            if (!isDeepStrictEqual(before, inventory.items)) writeWhole(this.file, { resources: inventory.items });
            return result;
        });
    }

    /** No other process works meanwhile. */
    async alone<T>(work: () => T): Promise<T> {
        for (;;) {
            try {
                const handle = openSync(this.lock, "wx");
                writeFileSync(handle, String(process.pid));
                closeSync(handle);
                break;
            } catch (error) {
                if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
                this.breakStaleLock();
                await sleep(3);
            }
        }
        try {
            return work();
        } finally {
            rmSync(this.lock, { force: true });
        }
    }

    /** A process that was killed cannot take its lock back. */
    private breakStaleLock(): void {
        try {
            const pid = Number(readFileSync(this.lock, "utf8"));
            if (pid > 0 && !isRunning(pid)) rmSync(this.lock, { force: true });
        } catch {
            // It has just been taken back.
        }
    }
}
