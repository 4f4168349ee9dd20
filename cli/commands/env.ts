import type { Command } from "../command";

export const env: Command = {
    name: "env",
    parameters: "",
    count: [0, 0],
    summary: "Prints what makes a shell work on the same stacks with `pulumi` itself",
    help: 'In sh, bash and zsh: eval "$(npm run --silent cht -- env)", and then: pulumi preview -s dev',
    options: {},
    examples: [["env", ""]],
    run({ project, terminal }) {
        const lines = Object.entries(project.variables).map(([name, value]) => `export ${name}=${quoted(value)}`);
        terminal.print(lines.join("\n"));
        return Promise.resolve();
    },
};

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
