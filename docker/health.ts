/** Docker looks for the first time after a whole period of a health check, which may be a minute: this looks now. */
import type { Engine } from "./client";

/**
 * Runs a health check's command in a container.
 *
 * @param milliseconds how long it may take
 * @returns with it the last line that the command wrote, or why it could not be run
 */
export async function runCheck(
    engine: Engine,
    id: string,
    command: readonly string[],
    milliseconds: number,
): Promise<{ readonly well: boolean; readonly output: string }> {
    try {
        const signal = AbortSignal.timeout(milliseconds);
        const { code, stdout, stderr } = await engine.containers.exec(id, command, { signal });
        const output = Buffer.concat([stderr, stdout]).toString("utf8").trim();
        return { well: code === 0, output: (output.split("\n").at(-1) ?? "").slice(0, 200) };
    } catch (error) {
        // It has ended in between, or answers too late.
        return { well: false, output: error instanceof Error ? error.message : String(error) };
    }
}
