import type { HealthCheck } from "../../cht/model";
import type { Engine } from "../../docker/client";
import { runCheck } from "../../docker/health";
import type { Container } from "../../docker/types";

/** How long it is until the next look, in milliseconds: soon at first, since most services are well in a moment. */
const PERIODS = { first: 150, most: 1000, factor: 1.3 };

/** How long a service without a health check may take to run. */
const START_SECONDS = 60;

/** A container that has ended this often by itself, and does so again, will not be well by waiting. */
const RESTARTS = 5;

/**
 * Waits until a container is well; one that was stopped is started. The health check's own command is run, rather than
 * waited for: Docker looks for the first time after the whole period of a check.
 *
 * @throws {Error} one sentence, where it is not well in the time that it may take to start.
 */
export async function waitUntilWell(engine: Engine, name: string, health: HealthCheck | undefined): Promise<void> {
    const seconds = health === undefined ? START_SECONDS : health.startSeconds;
    const until = Date.now() + seconds * 1000;
    let last = "";
    let restarts: number | undefined;
    let since: string | undefined;
    for (let period = PERIODS.first; ; period = Math.min(period * PERIODS.factor, PERIODS.most)) {
        const found = await engine.containers.inspect(name);
        if (found === undefined) {
            throw new Error(`the container '${name}' is gone: run 'pulumi up --refresh'`);
        }
        const { State, RestartCount } = found;
        restarts ??= RestartCount;
        if (State.Status === "exited" || State.Status === "created") {
            await engine.containers.start(name);
        } else if (State.Running && State.Status === "running") {
            const looked = await look(engine, found, health, since);
            if (looked.well) return;
            last = looked.output;
            since = State.StartedAt;
        }
        // Docker lets ever more time pass between two starts: one that we see is enough where there were as many before.
        if (RestartCount > restarts && RestartCount >= RESTARTS) {
            throw new Error(
                `the container '${name}' ends again and again (exit code ${State.ExitCode}${State.OOMKilled ? ", out of memory" : ""}): look at its log, 'docker logs ${name}'`,
            );
        }
        if (Date.now() >= until) {
            throw new Error(
                `the container '${name}' is not well after ${seconds} s${last === "" ? "" : ` (${last})`}: look at its log, 'docker logs ${name}'`,
            );
        }
        await new Promise((resolve) => setTimeout(resolve, period));
    }
}

async function look(
    engine: Engine,
    { Id, State }: Container,
    health: HealthCheck | undefined,
    since: string | undefined,
): Promise<{ readonly well: boolean; readonly output: string }> {
    // Without a check: it still runs the second time that it is looked at.
    if (health === undefined) return { well: since === State.StartedAt, output: "" };
    if (State.Health?.Status === "healthy") return { well: true, output: "" };
    return runCheck(engine, Id, health.command, health.timeoutSeconds * 1000);
}
