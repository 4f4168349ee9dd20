import { deleteData, destroyInstance } from "../../automation/destroy";
import { OperatorError } from "../../automation/error";
import { readInstance } from "../../automation/hosts";
import { madeByCommand, removeStackFile } from "../../automation/stack-files";
import { destroyStack, removeStack, selectStack } from "../../automation/stacks";
import type { Command, Context } from "../command";
import { UsageError } from "../usage";
import { onInstance } from "./instance";

export const destroy: Command = {
    name: "destroy",
    parameters: "NAME",
    count: [1, 1],
    summary: "Takes an instance's services away, once its name is typed; its data stays",
    help: "Its volumes and its login are kept: the next `up` brings it back with them. --delete-data NAME deletes them for good, and\nthe stack that `create` or `restore` made; folders of the host are never deleted.",
    options: {
        yes: { type: "boolean", short: "y", description: "does not ask" },
        "delete-data": {
            type: "string",
            value: "NAME",
            description: "deletes the data too: the instance's name, again",
        },
    },
    examples: [
        ["destroy dev", "asks, and keeps the data"],
        ["destroy dev --delete-data dev", "nothing is left of it"],
    ],
    run: (context) =>
        onInstance(context, async (instance) => {
            const { terminal, text, flag, project, engineSignal: signal } = context;
            const { name, stack, engine, containers, volumes } = instance;
            const confirmation = text("delete-data");
            if (confirmation !== undefined && confirmation !== name) {
                throw new UsageError(`--delete-data must be the instance's own name, '${name}', not '${confirmation}'`);
            }
            const what = confirmation === undefined ? "Its data is kept." : "ITS DATA IS DELETED FOR GOOD.";
            terminal.say(`${name} on ${engine.endpoint.host}: ${containers.length} containers are removed. ${what}`);
            if (confirmation !== undefined)
                terminal.say(`  volumes: ${volumes.map(({ Name }) => Name).join(", ") || "-"}`);
            if (!flag("yes")) await confirm(context, name);
            await terminal.follow(destroyInstance(project, stack, name, { signal }));
            if (confirmation === undefined) {
                const kept = (await readInstance(project, stack, name, engine)).volumes.map(({ Name }) => Name);
                return terminal.print(
                    `${name} is removed. Its data is kept in ${kept.join(", ") || "the host's folders"}: \`npm run cht -- up -s ${stack}\` brings it back.`,
                );
            }
            const deleted = await terminal.follow(deleteData(instance, confirmation, { signal }));
            terminal.print(`${name} and its data are gone: ${deleted.volumes.join(", ") || "there were no volumes"}`);
            for (const folder of deleted.folders)
                terminal.print(`The folder ${folder} of the host is kept; it holds data still.`);
            await forgetStack(context, stack);
        }),
};

async function confirm({ terminal }: Context, name: string): Promise<void> {
    const answer = await terminal.ask(`Type its name to go on: `);
    if (answer === name) return;
    const what = answer === undefined ? "nobody answers (--yes does not ask)" : `'${answer}' is not '${name}'`;
    throw new OperatorError("refused", `${what}: nothing was removed`);
}

/** What a command wrote, a command takes away; a file that somebody wrote stays. */
async function forgetStack({ project, terminal, engineSignal: signal }: Context, stack: string): Promise<void> {
    if (!madeByCommand(project.folder, stack)) {
        terminal.print(`Pulumi.${stack}.yaml still has it: the next \`up\` makes it anew, empty.`);
        return;
    }
    const left = await selectStack(project, stack);
    await terminal.follow(destroyStack(left, { signal }));
    await removeStack(left);
    removeStackFile(project.folder, stack);
    terminal.print(`Pulumi.${stack}.yaml is removed.`);
}
