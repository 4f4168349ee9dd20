/** Gets checkov into the project's folder of tools, and runs it. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Finding, folder, project } from "./exceptions";

const environment = join(project, ".toolchain/checkov");

/** Makes checkov's Python environment, unless it is there in the pinned versions. Takes a minute or more, once. */
export function installCheckov(): void {
    const requirements = join(folder, "requirements.txt");
    const wanted = readFileSync(requirements, "utf8");
    // Written last: an environment without it is one whose making was interrupted.
    const stamp = join(environment, "installed.txt");
    if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
    console.log(`      getting checkov from PyPI into ${environment}, once`);
    rmSync(environment, { recursive: true, force: true });
    execFileSync("python3", ["-m", "venv", environment], { stdio: "inherit" });
    const quietly = ["--quiet", "--disable-pip-version-check", "--no-input"];
    execFileSync(join(environment, "bin/pip"), ["install", ...quietly, `--requirement=${requirements}`], {
        stdio: "inherit",
    });
    writeFileSync(stamp, wanted);
}

interface Report {
    readonly results: { readonly failed_checks: readonly { readonly check_id: string; readonly resource: string }[] };
    readonly summary: { readonly passed: number; readonly parsing_errors: number };
}

/** Runs checkov's Kubernetes checks, which need no network, over a file. */
export function checkov(file: string): Finding[] {
    // no --quiet: it would leave out the whole report when nothing is found
    const args = ["--framework=kubernetes", "--output=json", "--compact", "--skip-download", `--file=${file}`];
    const { stdout, stderr, error } = spawnSync(join(environment, "bin/checkov"), args, {
        encoding: "utf8",
        maxBuffer: 1 << 27,
        stdio: ["ignore", "pipe", "pipe"],
    });
    if (error) throw error;
    if (!stdout.startsWith("{")) throw new Error(`checkov: ${stdout}${stderr}`);
    const { results, summary } = JSON.parse(stdout) as Report;
    if (summary.parsing_errors > 0) throw new Error(`checkov cannot read ${file}`);
    return results.failed_checks.map(({ check_id, resource }) => {
        // Kind.namespace.name, and for what a pod template holds .Kind.name more
        const [kind = "", , name = ""] = resource.split(".");
        return { check: check_id, subject: `${kind}/${name}` };
    });
}
