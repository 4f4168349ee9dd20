/**
 * What only some machines have: a suite that needs it is skipped without it, by name and with the reason.
 */
import { execute } from "./command.mjs";
import { provideDockerEngine } from "./docker-engine.mjs";
import { Failure } from "./failure.mjs";

/**
 * @typedef {object} Provided
 * @property {Record<string, string | undefined>} env what a suite finds in its environment
 * @property {() => Promise<void>} release undoes what was done for it
 */

const nothing = { env: {}, release: async () => {} };

/** Each sees to it that the machine has something, or says in a Failure why not. */
export const requirements = {
    /** @returns {Promise<Provided>} */
    async root() {
        if (process.getuid?.() !== 0) throw new Failure("needs root");
        return nothing;
    },
    async docker() {
        try {
            return await provideDockerEngine();
        } catch (error) {
            throw error instanceof Failure ? new Failure(`needs a Docker engine: ${error.message}`) : error;
        }
    },
    /** @returns {Promise<Provided>} */
    async python() {
        const { code } = await execute("python3", ["-c", "import venv, ensurepip"]);
        if (code !== 0) throw new Failure("needs Python 3 with venv");
        return nothing;
    },
};

/**
 * Does a piece of work with what it needs, and takes back afterwards what was done for it.
 *
 * @template T
 * @param {(keyof typeof requirements)[]} names
 * @param {(env: Provided["env"]) => Promise<T>} work
 * @param {(reason: string) => T} without what comes of it on a machine that does not have it all
 * @returns {Promise<T>}
 */
export async function withRequirements([name, ...rest], work, without) {
    if (name === undefined) return work({});
    let provided;
    try {
        provided = await requirements[name]();
    } catch (error) {
        if (!(error instanceof Failure)) throw error;
        return without(error.message);
    }
    const { env, release } = provided;
    try {
        return await withRequirements(rest, (more) => work({ ...env, ...more }), without);
    } finally {
        await release();
    }
}
