/** The half of the program for a stack whose cluster is a Docker host. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { readHostFiles } from "../../config/docker/files";
import { planHostStack } from "../../config/docker/plan";
import { engineKeys } from "../../config/docker/schema";
import type { LoadedStack } from "../../config/load";
import { formatProblems } from "../../config/problem";
import type { HostStackModel } from "../../config/schema";
import { connect, type Engine } from "../../docker/client";
import { EndpointError, findEndpoint, thisMachine } from "../../docker/endpoint";
import { EngineError } from "../../docker/error";
import { ChtHost } from "./host";
import { whenMade } from "./made";
import { EngineOperations } from "./operations";
import { loadArchives, missingImages, readArchives } from "./prepare-images";
import { readLive } from "./read-live";
import { type Logins, readLogins, registryAuth } from "./registry";
import { type EngineIdentity, guardSameEngine } from "./same-engine";

/** @throws {pulumi.RunError} with everything that the engine, or what it has, does not allow. */
export async function createHosts(
    loaded: LoadedStack & { platform: "docker" },
): Promise<{ readonly hosts: readonly ChtHost[]; readonly engine: EngineIdentity }> {
    const { model, stack, given, secrets } = loaded;
    const { files, keys } = readHostFiles(model);
    const logins = await readLogins(given);
    const { engine, plans, live, identity, swapLimit } = await told(async () => {
        const engine = await connect(endpointOf(model));
        const info = await engine.info();
        const identity = { id: info.ID, host: engine.endpoint.host };
        await guardSameEngine(identity);
        const archives = await readArchives(files.archives);
        // What is wrong with the files is told by the plan; until then nothing is changed.
        if (!pulumi.runtime.isDryRun() && files.problems.length === 0) await loadArchives(engine, archives);
        const live = await readLive(engine, info, model, stack);
        const plans = planHostStack({ model, live, files, stack, secrets });
        const problems = await missingImages(engine, plans, archives, logins);
        if (problems.length > 0) {
            throw new pulumi.RunError(formatProblems(`Not every image can be had by ${live.endpoint}`, problems));
        }
        return { engine, plans, live, identity, swapLimit: info.SwapLimit ?? true };
    });
    const provider = createProvider(engine, logins);
    const now = new Date();
    const hosts = plans.map((plan) => {
        const operations = new EngineOperations(engine, plan, stack);
        const made = whenMade(plan, live, now);
        const key = keys.get(plan.name);
        return new ChtHost(
            plan.name,
            {
                ...{ plan, stack, operations, made, swapLimit, given: given.get(plan.name) ?? {} },
                ...(key === undefined ? {} : { key: pulumi.secret(key) }),
            },
            { provider },
        );
    });
    return { hosts, engine: identity };
}

function endpointOf({ cluster }: HostStackModel) {
    const { host, context, sshOptions } = cluster;
    return findEndpoint({ keys: engineKeys, host, context, sshOptions }, thisMachine());
}

/** The only place where a Docker provider is made: it names the engine that was looked at. */
function createProvider({ endpoint }: Engine, logins: Logins): docker.Provider {
    const { keyMaterial, ...access } = endpoint.provider;
    return new docker.Provider("engine", {
        ...access,
        keyMaterial: keyMaterial === "" ? "" : pulumi.secret(keyMaterial),
        ...(logins.size === 0 ? {} : { registryAuth: registryAuth(logins) }),
    });
}

/** Tells an operator's mistake, or an engine's, as one: without a stack trace. */
async function told<T>(work: () => Promise<T>): Promise<T> {
    try {
        return await work();
    } catch (error) {
        if (error instanceof EndpointError) {
            throw new pulumi.RunError(formatProblems("The Docker engine cannot be found", error.problems));
        }
        if (error instanceof EngineError) throw new pulumi.RunError(error.message);
        throw error;
    }
}
