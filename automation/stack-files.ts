/** The stack files of a project: which there are, which instances they have, and changes to them that are checked first. */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { HostInstanceModel } from "../config/docker/schema";
import { dnsLabel } from "../config/formats";
import { common } from "../config/instance-schema";
import { readConfig } from "../config/load";
import { invalid, OperatorError } from "./error";
import { readStackText, type StackFile } from "./stack-file";

/** Where an instance is written. */
export interface InstanceLocation {
    readonly stack: string;
    readonly instance: string;
}

export function stackFilePath(folder: string, stack: string): string {
    return join(folder, `Pulumi.${stack}.yaml`);
}

/** The stacks that have a file. */
export function listStackFiles(folder: string): string[] {
    return readdirSync(folder)
        .flatMap((file) => /^Pulumi\.([\w.-]+)\.yaml$/.exec(file)?.[1] ?? [])
        .sort();
}

/** @throws OperatorError not-found */
export function readStackFile(folder: string, stack: string): StackFile {
    return readStackText(readText(folder, stack));
}

/**
 * Changes a stack's file by one rename, if the result is one that the program takes.
 *
 * @throws OperatorError invalid: with every problem, by key; the file is as it was
 */
export function editStackFile(folder: string, stack: string, edit: (text: string) => string): void {
    write(folder, stack, edit(readText(folder, stack)));
}

/** @throws OperatorError exists; invalid: nothing is written */
export function writeNewStackFile(folder: string, stack: string, text: string): void {
    checkName("the stack's name", stack);
    const file = stackFilePath(folder, stack);
    if (existsSync(file)) throw new OperatorError("exists", `there is a Pulumi.${stack}.yaml already`);
    write(folder, stack, text);
}

export function removeStackFile(folder: string, stack: string): void {
    rmSync(stackFilePath(folder, stack), { force: true });
}

/**
 * The stack whose file has the instance.
 *
 * @param stack where to look. @default all
 * @throws OperatorError not-found; refused: several have one of that name
 */
export function findInstance(folder: string, instance: string, stack?: string): InstanceLocation {
    const candidates = stack === undefined ? listStackFiles(folder) : [stack];
    const found = candidates.filter((name) => Object.hasOwn(readStackFile(folder, name).instances, instance));
    const [only, ...others] = found;
    if (only === undefined) {
        const where = stack === undefined ? "no stack file" : `Pulumi.${stack}.yaml does not`;
        throw new OperatorError(
            "not-found",
            `${where} ${stack === undefined ? "has" : "have"} an instance '${instance}'`,
        );
    }
    if (others.length > 0) {
        const names = found.map((name) => `'${name}'`).join(", ");
        throw new OperatorError(
            "refused",
            `several stacks have an instance '${instance}' (${names}): name one with --stack`,
        );
    }
    return { stack: only, instance };
}

/** @throws OperatorError invalid: the name cannot be an instance's or a stack's */
export function checkName(what: string, name: string): void {
    const { error } = dnsLabel.safeParse(name);
    if (error !== undefined) {
        throw invalid("the name cannot be", [{ path: what, message: error.issues[0]?.message ?? "is not valid" }]);
    }
}

function readText(folder: string, stack: string): string {
    const file = stackFilePath(folder, stack);
    if (!existsSync(file)) throw new OperatorError("not-found", `there is no Pulumi.${stack}.yaml in ${folder}`);
    return readFileSync(file, "utf8");
}

function write(folder: string, stack: string, text: string): void {
    check(stack, text);
    const file = stackFilePath(folder, stack);
    const fresh = `${file}.${process.pid}.tmp`;
    writeFileSync(fresh, text);
    renameSync(fresh, file);
}

/**
 * An instance on a Docker host as the program understands it, with every default filled in.
 *
 * @throws OperatorError invalid; refused: the stack is not on a Docker host; not-found
 */
export function readHostInstance(folder: string, stack: string, name: string): HostInstanceModel {
    const { decided } = check(stack, readText(folder, stack));
    if (decided?.platform !== "docker")
        throw new OperatorError("refused", `the stack '${stack}' is not on a Docker host`);
    const instance = decided.model.instances[name];
    if (instance === undefined)
        throw new OperatorError("not-found", `Pulumi.${stack}.yaml does not have an instance '${name}'`);
    return instance;
}

/** What the program itself would refuse before it makes anything. @throws OperatorError invalid */
function check(stack: string, text: string): ReturnType<typeof readConfig> {
    const { config = {} } = (parse(text) ?? {}) as { config?: Record<string, unknown> };
    const own = Object.entries(config).flatMap(([key, value]): [string, unknown][] =>
        key.startsWith("cht-hosting:") ? [[key.slice("cht-hosting:".length), value]] : [],
    );
    const secrets = new Set(own.flatMap(([key, value]) => (isSecret(value) ? [key] : [])));
    const values = own.map(([key, value]) => [key, asEngine(value)]);
    const read = readConfig(Object.fromEntries(values) as Record<string, string>, (key) => secrets.has(key));
    if (read.problems.length > 0) throw invalid(`Pulumi.${stack}.yaml would not be valid`, read.problems);
    return read;
}

/** The engine hands objects on as JSON. What is encrypted cannot be looked at here. */
function asEngine(value: unknown): string {
    if (isSecret(value)) return "encrypted";
    return typeof value === "string" ? value : JSON.stringify(value);
}

function isSecret(value: unknown): boolean {
    return typeof value === "object" && value !== null && "secure" in value;
}

/** The mark that `create` and `restore` leave in a file: who made it may take it away. */
const mark = /^# Made by 'npm run cht -- (create|restore)\b/m;

/** Whether the stack's file was made by a command, for the one instance in it. */
export function madeByCommand(folder: string, stack: string): boolean {
    return mark.test(readText(folder, stack)) && Object.keys(readStackFile(folder, stack).instances).length <= 1;
}

/** The server of releases that an instance has unless its block names another. */
export function defaultBuildsUrl(): string {
    return common.buildsUrl.parse(undefined);
}
