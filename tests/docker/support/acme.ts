/** Pebble, the ACME server for tests of those who make ACME: it asks every name's port 80, here another port of this machine. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeCertificate, signCertificate } from "./certificates";
import { eventually } from "./web";

export interface Acme {
    /** The directory, as containers reach it. */
    readonly server: string;
    /** The path of the certificate by which the server is trusted. */
    readonly certificateAuthority: string;
    stop(): Promise<void>;
}

/**
 * @param address of this machine, which containers reach
 * @param httpPort where the challenge of every name is asked for
 */
export async function startPebble(folder: string, address: string, httpPort: number): Promise<Acme> {
    const authority = await makeCertificate(folder, "authority", "authority.example.org");
    const server = await signCertificate(folder, "pebble", address, authority);
    const ports = { acme: 18_500, management: 18_501, dns: 18_502, dnsManagement: 18_503 };
    const configuration = {
        pebble: {
            listenAddress: `0.0.0.0:${ports.acme}`,
            managementListenAddress: `127.0.0.1:${ports.management}`,
            certificate: server.certificate,
            privateKey: server.key,
            httpPort,
            tlsPort: 18_504,
            // Twenty days: due for renewal as soon as somebody looks.
            profiles: { default: { description: "short", validityPeriod: 20 * 86_400 } },
        },
    };
    writeFileSync(join(folder, "pebble.json"), JSON.stringify(configuration));
    const log = join(folder, "pebble.log");
    const output = openSync(log, "a");
    const none = ["-http01", "", "-https01", "", "-tlsalpn01", "", "-doh", "", "-defaultIPv6", ""];
    const names = ["-dnsserver", `127.0.0.1:${ports.dns}`, "-management", `127.0.0.1:${ports.dnsManagement}`];
    const options = { stdio: ["ignore", output, output] as ["ignore", number, number] };
    const children = [
        spawn("pebble-challtestsrv", [...names, ...none], options),
        spawn("pebble", ["-config", join(folder, "pebble.json"), "-dnsserver", `127.0.0.1:${ports.dns}`], {
            ...options,
            env: { ...process.env, PEBBLE_VA_NOSLEEP: "1", PEBBLE_WFE_NONCEREJECT: "0" },
        }),
    ];
    closeSync(output);
    await eventually(
        () => Promise.resolve(readFileSync(log, "utf8")),
        (said) => said.includes("ACME directory available") || children.some(({ exitCode }) => exitCode !== null),
    );
    assert.ok(
        children.every(({ exitCode }) => exitCode === null),
        readFileSync(log, "utf8"),
    );
    return {
        server: `https://${address}:${ports.acme}/dir`,
        certificateAuthority: authority.certificate,
        stop: async () => {
            await Promise.all(children.map(end));
        },
    };
}

async function end(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill();
    await ended;
}
