/** Whether a container is well. Docker looks for the first time after a whole period of a health check, which may be a minute. */
import type { Engine } from "../docker/client";
import type { Container } from "../docker/types";
import { engineCall } from "./hosts";

/** Runs the container's own health check now, where the engine has not done so yet. */
export async function isWell(engine: Engine, container: Container): Promise<boolean> {
    const { Running, Health } = container.State;
    if (!Running) return false;
    if (Health == null || Health.Status === "none" || Health.Status === "healthy") return true;
    const command = checkOf(container);
    if (Health.Status === "unhealthy" || command === undefined) return false;
    try {
        const { code } = await engine.containers.exec(container.Id, command, { signal: AbortSignal.timeout(10_000) });
        return code === 0;
    } catch {
        // It ended meanwhile, or takes too long.
        return false;
    }
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
