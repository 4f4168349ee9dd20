/** Whether a container is well. */
import type { Engine } from "../docker/client";
import { runCheck } from "../docker/health";
import type { Container } from "../docker/types";
import { engineCall } from "./hosts";

/** Runs the container's own health check now, where the engine has not done so yet. */
export async function isWell(engine: Engine, container: Container): Promise<boolean> {
    const { Running, Health } = container.State;
    if (!Running) return false;
    if (Health == null || Health.Status === "none" || Health.Status === "healthy") return true;
    const command = checkOf(container);
    if (Health.Status === "unhealthy" || command === undefined) return false;
    return (await runCheck(engine, container.Id, command, 10_000)).well;
}

export async function isWellByName(engine: Engine, id: string): Promise<boolean> {
    const container = await engineCall(() => engine.containers.inspect(id));
    return container !== undefined && (await isWell(engine, container));
}

/** @see https://docs.docker.com/reference/dockerfile/#healthcheck */
function checkOf({ Config }: Container): readonly string[] | undefined {
    const [kind, ...words] = Config.Healthcheck?.Test ?? [];
    if (kind === "CMD") return words;
    return kind === "CMD-SHELL" && words[0] !== undefined ? ["/bin/sh", "-c", words[0]] : undefined;
}
