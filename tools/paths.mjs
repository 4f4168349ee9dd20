/**
 * Where things lie. Generated state has two git-ignored homes: `.toolchain/` (programs) and `.sandbox/` (a cluster).
 */
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout's top folder. */
export const root = resolve(fileURLToPath(new URL("..", import.meta.url)));

/**
 * The layout below one top folder; tests use a temporary one.
 * @param {string} [top]
 */
export function layout(top = root) {
    const toolchain = join(top, ".toolchain");
    return {
        top,
        toolchain,
        bin: join(toolchain, "bin"),
        programs: join(toolchain, "programs"),
        temporary: join(toolchain, "tmp"),
        lock: join(toolchain, "lock"),
        pulumiHome: join(toolchain, "pulumi"),
        backend: join(toolchain, "backend"),
        kubeconfig: join(top, ".sandbox", "kubeconfig"),
    };
}

/** @typedef {ReturnType<typeof layout>} Layout */
