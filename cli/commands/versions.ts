import { defaultBuildsUrl } from "../../automation/stack-files";
import { listVersions } from "../../automation/versions";
import { type Command, jsonOption } from "../command";

export const versions: Command = {
    name: "versions",
    parameters: "",
    count: [0, 0],
    summary: "Lists the CHT releases that there are, the newest first",
    options: {
        json: jsonOption,
        "builds-url": { type: "string", value: "URL", description: "the server that publishes them; default: Medic's" },
    },
    examples: [["versions", ""]],
    async run({ terminal, text, flag }) {
        const found = await listVersions(text("builds-url") ?? defaultBuildsUrl());
        terminal.print(flag("json") ? JSON.stringify(found) : found.join("\n"));
    },
};
