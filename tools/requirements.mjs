/**
 * What only some machines have: a suite that needs it is skipped without it, by name and with this reason.
 */
import { execute } from "./command.mjs";

/** @type {Record<"root" | "docker" | "python", { missing: string, there: () => Promise<boolean> }>} */
export const requirements = {
    root: { missing: "needs root", there: async () => process.getuid?.() === 0 },
    docker: { missing: "needs a Docker engine", there: () => succeeds("docker", ["info"]) },
    python: { missing: "needs Python 3 with venv", there: () => succeeds("python3", ["-c", "import venv, ensurepip"]) },
};

/**
 * @param {(keyof typeof requirements)[]} names
 * @returns {Promise<string[]>} what is missing, as reasons
 */
export async function missing(names) {
    const found = await Promise.all(
        names.map(async (name) => ((await requirements[name].there()) ? [] : [requirements[name].missing])),
    );
    return found.flat();
}

async function succeeds(/** @type {string} */ program, /** @type {string[]} */ args) {
    return (await execute(program, args)).code === 0;
}
