import { openInstance } from "../../automation/hosts";
import { readStackFile } from "../../automation/stack-files";
import { createOrSelectStack, previewStack, refreshStack, selectStack, updateStack } from "../../automation/stacks";
import { type Command, type Context, jsonOption } from "../command";
import { changes, showPreview } from "../preview";
import { printLogin } from "./instance";

const defaultStack = "dev";

export const up: Command = {
    name: "up",
    parameters: "",
    count: [0, 0],
    summary: "Makes what is there as a stack file says, and prints where it is",
    help: `Without --stack it is Pulumi.${defaultStack}.yaml. A preview is shown first; nothing is asked.`,
    options: { refresh: { type: "boolean", description: "looks at what is really there first" } },
    examples: [
        ["up", `Pulumi.${defaultStack}.yaml, as it is`],
        ["up -s field", "the stack of Pulumi.field.yaml"],
    ],
    async run(context) {
        const stack = context.text("stack") ?? defaultStack;
        await deploy(context, stack, context.flag("refresh"));
    },
};

export const preview: Command = {
    name: "preview",
    parameters: "",
    count: [0, 0],
    summary: "Shows what `up` would do, and changes nothing",
    options: { json: jsonOption },
    examples: [
        ["preview", `of Pulumi.${defaultStack}.yaml`],
        ["preview -s field --json", "for a program"],
    ],
    async run(context) {
        const stack = await createOrSelectStack(context.project, context.text("stack") ?? defaultStack);
        const report = await context.terminal.follow(previewStack(stack, { signal: context.engineSignal }));
        context.terminal.print(context.flag("json") ? JSON.stringify(report, null, 2) : showPreview(report));
    },
};

export const refresh: Command = {
    name: "refresh",
    parameters: "",
    count: [0, 0],
    summary: "Takes into the state what is really there; the next preview shows what differs from the stack file",
    options: {},
    examples: [["refresh -s field", "after somebody changed something by hand"]],
    async run(context) {
        const stack = await selectStack(context.project, context.text("stack") ?? defaultStack);
        const report = await context.terminal.follow(refreshStack(stack, { signal: context.engineSignal }));
        context.terminal.print(changes(report.changes));
    },
};

/** Updates a stack and prints how to get into its instances. */
export async function deploy(context: Context, stackName: string, look = false): Promise<void> {
    const { project, terminal, engineSignal: signal } = context;
    const { cluster, instances } = readStackFile(project.folder, stackName);
    const stack = await createOrSelectStack(project, stackName);
    const gate = (report: Parameters<typeof showPreview>[0]) => terminal.say(showPreview(report));
    const { changes: done } = await terminal.follow(updateStack(stack, { signal, refresh: look, gate }));
    terminal.say(changes(done));
    if (cluster["kind"] !== "docker") return;
    for (const [name, { remove }] of Object.entries(instances)) {
        if (remove !== undefined) continue;
        const instance = await openInstance(project, name, stackName);
        await printLogin(context, instance).finally(() => instance.engine.close());
    }
}
