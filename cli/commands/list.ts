import { type InstanceStatus, listInstances } from "../../automation/status";
import { type Command, jsonOption } from "../command";
import { table } from "../terminal";

export const list: Command = {
    name: "list",
    parameters: "",
    count: [0, 0],
    summary: "Lists the instances of every stack file, and how they are",
    options: { json: jsonOption },
    examples: [
        ["list", ""],
        ["list -s dev --json", "the services of each instance too"],
    ],
    async run({ project, terminal, text, flag }) {
        const stack = text("stack");
        const found = await listInstances(project, stack === undefined ? undefined : [stack]);
        if (flag("json")) return terminal.print(JSON.stringify(found, null, 2));
        if (found.length === 0) return terminal.print("There is no instance: `npm run cht -- create NAME` makes one.");
        terminal.print(table(["INSTANCE", "STACK", "STATE", "SERVICES", "VERSION", "URL"], found.map(row)));
        for (const { name, problem } of found) if (problem !== undefined) terminal.say(`${name}: ${problem}`);
    },
};

function row({ name, stack, state, services, version, url }: InstanceStatus): string[] {
    const well = services.filter(
        ({ state: each, health }) => each === "running" && (health ?? "healthy") === "healthy",
    );
    const count = services.length === 0 ? "-" : `${well.length} of ${services.length}`;
    return [name, stack, state, count, version ?? "-", url ?? "-"];
}
