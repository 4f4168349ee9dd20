import { relative } from "node:path";
import { parse } from "yaml";
import { OperatorError } from "../../automation/error";
import { newStackText } from "../../automation/stack-file";
import {
    checkName,
    defaultBuildsUrl,
    listStackFiles,
    readStackFile,
    removeStackFile,
    writeNewStackFile,
} from "../../automation/stack-files";
import { createOrSelectStack, removeStack } from "../../automation/stacks";
import { stateOf } from "../../automation/state";
import { newestRelease } from "../../automation/versions";
import { type Command, type Context, fileOf } from "../command";
import { UsageError } from "../usage";
import { deploy } from "./update";

const tlsKinds = ["self-signed", "own", "acme", "local-ip"];

export const create: Command = {
    name: "create",
    parameters: "NAME",
    count: [1, 1],
    summary: "Makes an instance from nothing, and prints its URL and login",
    help: "It gets a stack of its own, Pulumi.NAME.yaml, which may be edited afterwards: `up -s NAME` makes it so. Ports that are\nnot given are the first free ones from 10080 and 10443.",
    options: {
        version: { type: "string", value: "VERSION", description: "the CHT release; default: the newest" },
        host: {
            type: "string",
            value: "NAME",
            description: "the name or address that users call it by; default: localhost",
        },
        "http-port": { type: "string", value: "PORT", description: "the port that redirects to https" },
        "https-port": { type: "string", value: "PORT", description: "the port of the web app" },
        tls: { type: "string", value: "KIND", description: `${tlsKinds.join(", ")}; default: self-signed` },
        certificate: { type: "string", value: "FILE", description: "with --tls own: certificate and chain, PEM" },
        key: { type: "string", value: "FILE", description: "with --tls own: its private key, PEM" },
        email: { type: "string", value: "ADDRESS", description: "with --tls acme: where the authority writes to" },
        engine: {
            type: "string",
            value: "URL",
            description: "the Docker engine, ssh://user@machine; default: docker's own",
        },
        context: { type: "string", value: "NAME", description: "a context of the docker command, instead of --engine" },
        set: {
            type: "string",
            multiple: true,
            value: "KEY=VALUE",
            description: "any other key of the instance, as in a stack file: couchdb.nodes=3",
        },
    },
    examples: [
        ["create my-project", "the newest release, on this machine"],
        ["create field --version 5.2.0 --tls local-ip", "phones in the same network can reach it"],
        ["create field --engine ssh://cht@host.example.org --host cht.example.org --tls acme", "on a server"],
        ["create big --set couchdb.nodes=3", "a clustered CouchDB on one machine"],
    ],
    async run(context) {
        const [name = ""] = context.positionals;
        const { project, terminal } = context;
        checkName("NAME", name);
        if (context.text("stack") !== undefined) {
            throw new UsageError(
                "create makes a stack of its own, of the instance's name: edit a stack's file to add to it",
            );
        }
        if (listStackFiles(project.folder).includes(name)) {
            throw new OperatorError(
                "exists",
                `there is a Pulumi.${name}.yaml already: \`up -s ${name}\` makes what it says`,
            );
        }
        const text = newStackText({ cluster: clusterOf(context), instances: { [name]: await blockOf(context) } }, [
            `Made by 'npm run cht -- create ${name}'; 'npm run cht -- destroy ${name} --delete-data ${name}' takes it away.`,
        ]);
        writeNewStackFile(project.folder, name, text);
        terminal.say(`Pulumi.${name}.yaml is written`);
        try {
            await deploy(context, name);
        } catch (error) {
            if (await takeBack(context, name)) terminal.say(`Pulumi.${name}.yaml is taken back: nothing was made`);
            else terminal.say(`\`npm run cht -- up -s ${name}\` goes on with it`);
            throw error;
        }
    },
};

function clusterOf({ text }: Context): Record<string, unknown> {
    const [host, context] = [text("engine"), text("context")];
    return { kind: "docker", ...(host === undefined ? {} : { host }), ...(context === undefined ? {} : { context }) };
}

async function blockOf(context: Context): Promise<Record<string, unknown>> {
    const { text, texts } = context;
    const host = text("host");
    const ports = {
        ...port("http", text("http-port")),
        ...port("https", text("https-port")),
    };
    const tls = tlsOf(context);
    const block: Record<string, unknown> = {
        version: text("version") ?? (await newestVersion(context)),
        ...(host === undefined ? {} : { host }),
        ...(Object.keys(ports).length === 0 ? {} : { ports }),
        ...(tls === undefined ? {} : { tls }),
    };
    for (const setting of texts("set")) set(block, setting);
    return block;
}

function port(kind: "http" | "https", text: string | undefined): Record<string, number> {
    if (text === undefined) return {};
    if (!/^\d{1,5}$/.test(text)) throw new UsageError(`--${kind}-port is a number from 1 to 65535, not '${text}'`);
    return { [kind]: Number(text) };
}

function tlsOf({ text, project }: Context): Record<string, unknown> | undefined {
    const [kind, certificate, key, email] = [text("tls"), text("certificate"), text("key"), text("email")];
    if (kind !== undefined && !tlsKinds.includes(kind)) {
        throw new UsageError(`--tls is one of ${tlsKinds.join(", ")}, not '${kind}'`);
    }
    if (kind === "own" && (certificate === undefined || key === undefined)) {
        throw new UsageError("--tls own needs --certificate and --key");
    }
    if (kind !== "own" && (certificate ?? key) !== undefined)
        throw new UsageError("--certificate and --key go with --tls own");
    if (kind !== "acme" && email !== undefined) throw new UsageError("--email goes with --tls acme");
    if (kind === undefined) return undefined;
    const file = (path: string) => relative(project.folder, fileOf(path));
    return {
        kind,
        ...(certificate && { certificate: file(certificate) }),
        ...(key && { key: file(key) }),
        ...(email && { email }),
    };
}

/** `couchdb.nodes=3`: the value as YAML has it. */
export function set(block: Record<string, unknown>, setting: string): void {
    const [, path, value] = /^([A-Za-z][\w.-]*)=(.*)$/s.exec(setting) ?? [];
    if (path === undefined || value === undefined) throw new UsageError(`--set is KEY=VALUE, not '${setting}'`);
    const keys = path.split(".");
    const last = keys.pop() as string;
    let at = block;
    for (const key of keys) {
        const next = at[key];
        if (typeof next !== "object" || next === null) at[key] = {};
        at = at[key] as Record<string, unknown>;
    }
    at[last] = parse(value) as unknown;
}

/** The newest release; without a network, the one that the example in the project has. */
async function newestVersion({ project, terminal }: Context): Promise<string> {
    try {
        return await newestRelease(defaultBuildsUrl(), 5);
    } catch (error) {
        if (!(error instanceof OperatorError)) throw error;
    }
    const [example] = listStackFiles(project.folder).includes("dev")
        ? Object.values(readStackFile(project.folder, "dev").instances)
        : [];
    const version = example?.["version"];
    if (typeof version !== "string") throw new UsageError("the releases cannot be listed: name one with --version");
    terminal.say(`the releases cannot be listed: taking ${version}, as Pulumi.dev.yaml does`);
    return version;
}

/** Leaves nothing of an instance of which nothing was made. @returns whether nothing was */
async function takeBack({ project }: Context, name: string): Promise<boolean> {
    try {
        const stack = await createOrSelectStack(project, name);
        if ((await stateOf(project, name)).length > 0) return false;
        await removeStack(stack);
        removeStackFile(project.folder, name);
        return true;
    } catch {
        return false;
    }
}
