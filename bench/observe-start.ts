/**
 * Loaded into the program before its own modules: writes down when the program asks for its first resource, and how much
 * memory it has by then.
 */
import { writeFileSync } from "node:fs";
// The program gets the same module, and so the same class.
import { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";

/** The variable with the file to write to. */
export const startFile = "BENCH_START_FILE";

export interface Start {
    /** From the start of the process. */
    readonly seconds: number;
    /** Resident, in MB of 10^6 bytes. */
    readonly megabytes: number;
}

const file = process.env[startFile];
if (file !== undefined && process.argv.some((arg) => arg.includes("@pulumi/pulumi/cmd/run"))) observe(file);

function observe(output: string): void {
    const { prototype } = RegisterResourceRequest;
    const serialize: () => Uint8Array = Reflect.get(prototype, "serializeBinary");
    prototype.serializeBinary = function (this: RegisterResourceRequest) {
        // The stack itself is registered before the program begins.
        if (this.getType() !== "pulumi:pulumi:Stack") {
            prototype.serializeBinary = serialize;
            const start: Start = { seconds: performance.now() / 1000, megabytes: process.memoryUsage.rss() / 1e6 };
            writeFileSync(output, JSON.stringify(start));
        }
        return serialize.call(this);
    };
}
