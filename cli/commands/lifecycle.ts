import { startInstance, stopInstance } from "../../automation/lifecycle";
import type { Command } from "../command";
import { onInstance } from "./instance";

export const stop: Command = {
    name: "stop",
    parameters: "NAME",
    count: [1, 1],
    summary: "Stops an instance in order, its database last; its data stays",
    help: "It stays stopped when the machine starts again. `start`, or the next `up`, starts it.",
    options: {},
    examples: [["stop dev", ""]],
    run: (context) =>
        onInstance(context, async (instance) => {
            const { containers } = await context.terminal.follow(stopInstance(instance));
            context.terminal.print(
                containers.length === 0 ? `${instance.name} is stopped already` : `${instance.name} is stopped`,
            );
        }),
};

export const start: Command = {
    name: "start",
    parameters: "NAME",
    count: [1, 1],
    summary: "Starts a stopped instance in order, and waits until it is well",
    options: {},
    examples: [["start dev", ""]],
    run: (context) =>
        onInstance(context, async (instance) => {
            const { containers } = await context.terminal.follow(startInstance(instance, { signal: context.signal }));
            context.terminal.print(
                containers.length === 0 ? `${instance.name} runs already` : `${instance.name} is started`,
            );
        }),
};
