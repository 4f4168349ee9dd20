/** Stacks on a Docker host. */
import assert from "node:assert/strict";
import { withoutSandbox } from "../../support/checkout";
import { type Instance, Stack, succeeded } from "../../support/stack";
import { buildImages } from "../images/build";
import { engine, limitsCanBeRaised } from "./engine";

withoutSandbox();

before("make the images", async function () {
    // Without the archives of Debian's packages, which are got once.
    this.timeout("600s");
    await buildImages((line) => process.stderr.write(`${line}\n`), { ...process.env, DOCKER_HOST: engine.host });
});

/** Says and writes a stack's instances anew, on the same engine. */
export function rewrite(stack: Stack, instances: Readonly<Record<string, Instance>>, cluster = hostCluster()): void {
    stack.write({ cluster, instances });
}

/** Every printable character that a password may have, in an order in which none of them has to be refused. */
export const specialPassword = "aZ0 !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~9";

/** The cluster block of every stack here. */
export const hostCluster = (host: string = engine.host): Readonly<Record<string, unknown>> => ({
    kind: "docker",
    host,
});

/** The smallest instance that there can be, on this machine; `couchdb` is added to what the machine needs. */
export function hostInstance({ couchdb = {}, ...more }: Instance = {}): Instance {
    const limits = limitsCanBeRaised() ? {} : { defaultUlimit: true };
    return { version: "5.2.0", couchdb: { ...limits, ...(couchdb as object) }, ...more };
}

/** A new stack with these instances. */
export function hostStack(
    name: string,
    instances: Readonly<Record<string, Instance>>,
    cluster = hostCluster(),
): Promise<Stack> {
    return Stack.create(name, { cluster, instances });
}

export interface InstanceOutput {
    readonly url: string;
    readonly version: string;
    readonly ports: { readonly address: string; readonly http: number; readonly https: number };
}

export async function outputs(stack: Stack): Promise<Readonly<Record<string, InstanceOutput>>> {
    const { stdout } = succeeded(await stack.run("stack output", "--json"));
    const { instances } = JSON.parse(stdout) as { instances?: Record<string, InstanceOutput> };
    assert.ok(instances, stdout);
    return instances;
}

/** The services of a single node of `version`, by what follows the instance's name. */
export function services(version: string): string[] {
    const from5 = !version.startsWith("4.");
    return [
        ...(from5 ? ["nouveau"] : ["healthcheck"]),
        "api",
        "certificate",
        "couchdb",
        "haproxy",
        "nginx",
        "sentinel",
    ].sort();
}
