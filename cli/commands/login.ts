import { loginOf } from "../../automation/login";
import { type Command, jsonOption } from "../command";
import { onInstance, printLogin } from "./instance";

export const login: Command = {
    name: "login",
    parameters: "NAME",
    count: [1, 1],
    summary: "Prints an instance's URL and its administrator's login",
    options: { json: jsonOption },
    examples: [["login dev", ""]],
    run: (context) =>
        onInstance(context, async (instance) => {
            if (!context.flag("json")) return printLogin(context, instance);
            context.terminal.print(JSON.stringify(await loginOf(instance), null, 2));
        }),
};
