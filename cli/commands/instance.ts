/** What several commands do with an instance. */
import { type HostInstance, openInstance } from "../../automation/hosts";
import { loginOf } from "../../automation/login";
import type { Context } from "../command";

/** Opens the instance that is named first, and leaves its engine afterwards. */
export async function onInstance<T>(context: Context, work: (instance: HostInstance) => Promise<T>): Promise<T> {
    const [name = ""] = context.positionals;
    const instance = await openInstance(context.project, name, context.text("stack"));
    try {
        return await work(instance);
    } finally {
        instance.engine.close();
    }
}

/** Where the instance is, and who may administer it. */
export async function printLogin({ terminal }: Context, instance: HostInstance): Promise<void> {
    const { url, user, password } = await loginOf(instance);
    terminal.print(`${instance.name}: ${url ?? "(not deployed)"}\n  user      ${user}\n  password  ${password}`);
}
