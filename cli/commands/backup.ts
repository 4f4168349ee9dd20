import { backupInstance } from "../../automation/backup/backup";
import { restoreInstance } from "../../automation/backup/restore";
import { openInstance } from "../../automation/hosts";
import { type Command, fileOf, jsonOption } from "../command";
import { showPreview } from "../preview";
import { bytes } from "../terminal";
import { onInstance, printLogin } from "./instance";

export const backup: Command = {
    name: "backup",
    parameters: "NAME FILE",
    count: [2, 2],
    summary: "Backs an instance up into one .tar.gz on this machine: its data, its login, its block of the stack file",
    help: "The instance is stopped meanwhile, in order, and started again. With --online it runs on: the copy is sound, what is\nwritten meanwhile may be missing, and the full-text index is left out (it is built anew). FILE may be a folder: the name is\nthe instance's and the time then. THE FILE HOLDS PASSWORDS and everybody's data: keep it as you keep those.",
    options: { online: { type: "boolean", description: "does not stop the instance" }, json: jsonOption },
    examples: [
        ["backup dev dev.tar.gz", ""],
        ["backup dev /srv/backups --online", "every night"],
    ],
    run: (context) =>
        onInstance(context, async (instance) => {
            const { terminal, flag, positionals, signal } = context;
            const [, target = ""] = positionals;
            const report = await terminal.follow(
                backupInstance(instance, fileOf(target), { online: flag("online"), signal }),
            );
            if (flag("json")) return terminal.print(JSON.stringify(report, null, 2));
            terminal.print(
                `${report.file}: ${bytes(report.bytes)}, ${report.files} files, ${bytes(report.dataBytes)} of data. It holds passwords: keep it safe.`,
            );
        }),
};

export const restore: Command = {
    name: "restore",
    parameters: "FILE [NAME]",
    count: [1, 2],
    summary: "Restores a backup and deploys it, with the login of the backup",
    help: "The whole file is verified before anything is touched. Where no stack file has the instance, Pulumi.NAME.yaml is written.\nAnother NAME makes a copy beside the original, with ports of its own. Data that is there is replaced only with --overwrite.",
    options: {
        overwrite: {
            type: "string",
            value: "NAME",
            description: "replaces the data that is there: the instance's name, again",
        },
        engine: {
            type: "string",
            value: "URL",
            description: "the Docker engine of a new stack; default: that of the backup",
        },
    },
    examples: [
        ["restore dev.tar.gz", "the instance is gone, or was never here"],
        ["restore dev.tar.gz copy", "beside it, under another name"],
        ["restore dev.tar.gz --overwrite dev", "back to what it was"],
    ],
    async run(context) {
        const { project, terminal, text, positionals, engineSignal: signal } = context;
        const [file = "", instance] = positionals;
        const [stack, overwrite, engine] = [text("stack"), text("overwrite"), text("engine")];
        const report = await terminal.follow(
            restoreInstance(project, fileOf(file), {
                signal,
                gate: (preview) => terminal.say(showPreview(preview)),
                ...(instance === undefined ? {} : { instance }),
                ...(stack === undefined ? {} : { stack }),
                ...(overwrite === undefined ? {} : { overwrite }),
                ...(engine === undefined ? {} : { cluster: { kind: "docker", host: engine } }),
            }),
        );
        terminal.print(`${report.instance} is as it was on ${report.created}: ${bytes(report.bytes)} restored`);
        const restored = await openInstance(project, report.instance, report.stack);
        await printLogin(context, restored).finally(() => restored.engine.close());
    },
};
