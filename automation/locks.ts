/**
 * The lock of a stack. A backend of files keeps one as a file; an engine that was killed leaves it behind, and every later
 * update would wait for the dead.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ProgressEvent } from "./events";
import type { Project } from "./workspace";

export interface StackLock {
    readonly pid: number;
    readonly username: string;
    readonly hostname: string;
    /** When it was taken, ISO 8601. */
    readonly timestamp: string;
}

/** Who holds the stack, as far as the backend is a folder of this machine. */
export function locksOf(project: Pick<Project, "backend" | "name">, stack: string): (StackLock & { file: string })[] {
    if (!project.backend.startsWith("file://")) return [];
    const backend = project.backend.replace(/\?.*$/, "").replace("file://~", `file://${process.env["HOME"] ?? ""}`);
    const folder = join(fileURLToPath(backend), ".pulumi", "locks", "organization", project.name, stack);
    if (!existsSync(folder)) return [];
    return readdirSync(folder).flatMap((name) => {
        const file = join(folder, name);
        try {
            return [{ ...(JSON.parse(readFileSync(file, "utf8")) as StackLock), file }];
        } catch {
            // Freed, or not whole yet: the engine itself will tell.
            return [];
        }
    });
}

/** Takes away the locks of processes of this machine that are no more; a lock that somebody took meanwhile stays. */
export function freeLocksOfTheDead(project: Project, stack: string, report: (event: ProgressEvent) => void): void {
    for (const lock of locksOf(project, stack).filter(isDead)) {
        rmSync(lock.file, { force: true });
        const text = `the last update of '${stack}' was killed (process ${lock.pid}); its lock is freed`;
        report({ kind: "message", severity: "warning", text });
    }
}

function isDead({ pid, hostname: holder }: StackLock): boolean {
    if (holder !== hostname()) return false;
    try {
        process.kill(pid, 0);
        return false;
    } catch (error) {
        return (error as NodeJS.ErrnoException).code === "ESRCH";
    }
}
