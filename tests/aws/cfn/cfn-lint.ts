/** Gets cfn-lint, which knows AWS's schemas of resources and its IAM actions, into the project's folder of tools, and runs it. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Finding, project } from "../../manifests/exceptions";
import type { Template } from "./convert";

export const folder = resolve(project, "tests/aws");
export const environment = join(project, ".toolchain/cfn-lint");

/** Makes cfn-lint's Python environment, unless it is there in the pinned versions. Takes half a minute, once. */
export function installCfnLint(): void {
    const requirements = join(folder, "requirements.txt");
    const wanted = readFileSync(requirements, "utf8");
    // Written last: an environment without it is one whose making was interrupted.
    const stamp = join(environment, "installed.txt");
    if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
    console.log(`      getting cfn-lint from PyPI into ${environment}, once`);
    rmSync(environment, { recursive: true, force: true });
    execFileSync("python3", ["-m", "venv", environment], { stdio: "inherit" });
    const quietly = ["--quiet", "--disable-pip-version-check", "--no-input"];
    execFileSync(join(environment, "bin/pip"), ["install", ...quietly, `--requirement=${requirements}`], {
        stdio: "inherit",
    });
    writeFileSync(stamp, wanted);
}

/** Where in the template, and what is said there. */
export interface LintFinding extends Finding {
    /** The resource's name in the template. */
    readonly resource: string;
    readonly message: string;
}

interface Match {
    readonly Rule: { readonly Id: string };
    readonly Message: string;
    readonly Location: { readonly Path: readonly (string | number)[] | null };
}

/**
 * Judges a template as AWS would in each region: errors and warnings alike. Without network: the schemas come with it.
 *
 * @returns for each finding the rule, and `Type/Property.Path`, so that what is excepted holds for every resource alike
 */
export function cfnLint(template: Template, regions: readonly string[]): LintFinding[] {
    const args = ["--format=json", "--regions", ...regions, "--"];
    const { stdout, stderr, error } = spawnSync(join(environment, "bin/cfn-lint"), args, {
        input: JSON.stringify(template),
        encoding: "utf8",
        maxBuffer: 1 << 27,
    });
    if (error) throw error;
    if (!stdout.trimStart().startsWith("[")) throw new Error(`cfn-lint: ${stdout}${stderr}`);
    return (JSON.parse(stdout) as Match[]).map(({ Rule, Message, Location }) => {
        const [, id = "", , ...path] = Location.Path ?? [];
        const names = path.filter((key) => typeof key === "string");
        const type = template.Resources[String(id)]?.Type ?? "template";
        const subject = [type, names.join(".")].filter(Boolean).join("/");
        return { check: Rule.Id, subject, resource: String(id), message: Message };
    });
}
