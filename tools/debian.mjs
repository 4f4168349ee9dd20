/**
 * Programs out of Debian's packages, for tests that need more than this project can build.
 */
import { execute, which } from "./command.mjs";
import { Failure } from "./failure.mjs";
import { step } from "./progress.mjs";

/** The caller's environment, in which an administrator's programs are found too. */
export const systemEnvironment = () => ({
    ...process.env,
    PATH: `${process.env.PATH ?? ""}:/usr/sbin:/sbin:/usr/bin:/bin`,
});

const policyFile = "/usr/sbin/policy-rc.d";

/** Debian's own way to keep packages from starting their services; the shell takes it back however it ends. */
const install = `
policy=$1
shift
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 1' HUP INT TERM
    printf '#!/bin/sh\\nexit 101\\n' >"$policy"
    chmod 755 "$policy"
fi
apt-get update -qq && apt-get install --yes --no-install-recommends -- "$@"
`;

/**
 * Installs what is missing, with `apt-get`. Nothing is started by it.
 *
 * @param {Record<string, string>} packages program → package that has it
 * @param {{ policy?: string }} [options] the file that keeps services from being started
 * @throws {Failure} where they cannot be installed, with the reason
 */
export async function installDebianPackages(packages, { policy = policyFile } = {}) {
    const missing = missingPrograms(packages);
    if (missing.length === 0) return;
    const names = [...new Set(missing.map((program) => packages[program] ?? program))];
    if (process.getuid?.() !== 0 || !which("apt-get", systemEnvironment().PATH)) {
        throw new Failure(`${missing.join(", ")} not found, and only root on Debian can have them installed`);
    }
    await step(`installing Debian's ${names.join(", ")}`, async (report) => {
        const { code, stderr } = await execute("sh", ["-c", install, "sh", policy, ...names], {
            env: { ...systemEnvironment(), DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" },
            onOutput: (text) => report(text.trim().split("\n").at(-1) ?? ""),
        });
        if (code === 0) return;
        const [, reason] = /^E: (.*)$/m.exec(stderr) ?? [];
        throw new Failure(`Debian's ${names.join(", ")} could not be installed: ${reason ?? stderr.trim()}`);
    });
    const still = missingPrograms(packages);
    if (still.length > 0) throw new Failure(`${still.join(", ")} not found, though ${names.join(", ")} is installed`);
}

/** @param {Record<string, string>} packages */
const missingPrograms = (packages) =>
    Object.keys(packages).filter((program) => !which(program, systemEnvironment().PATH));
