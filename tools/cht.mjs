/**
 * `npm run cht -- COMMAND …`: from a fresh clone to a command that runs. What it does is `cli/`'s.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { bootstrap } from "./bootstrap.mjs";
import { run } from "./failure.mjs";
import { layout, root } from "./paths.mjs";
import { pluginVersion } from "./plugins.mjs";
import sources from "./sources.cjs";
import { installedPlugin } from "./stand-ins.mjs";
import { neededByDocker, obtain } from "./toolchain.mjs";

/** Commands that run the program: for them the best plugins are looked for, the others take what is there. */
const running = ["create", "up", "preview", "refresh", "destroy", "restore"];

await run(async () => {
    const args = process.argv.slice(2);
    const [command = "", ...rest] = args;
    await bootstrap([...sources.program, "automation", "cli"]);
    const help = command === "" || /^(help|--help|-h)$/.test(command) || rest.includes("--help") || rest.includes("-h");
    if (!help && (running.includes(command) || !isThere())) await obtain(neededByDocker);
    process.exitCode = await handOver([join(root, "dist", "cli", "main.js"), ...args]);
});

function isThere() {
    const home = layout();
    return (
        existsSync(join(home.bin, "pulumi")) &&
        neededByDocker.plugins.every((name) => installedPlugin(home, name, pluginVersion(home, name)) !== "absent")
    );
}

/**
 * A terminal sends Ctrl-C to the command as well, and it is the command that decides what it ends.
 * @param {string[]} args
 * @returns {Promise<number>} exit code
 */
function handOver(args) {
    const child = spawn(process.execPath, ["--enable-source-maps", ...args], { cwd: root, stdio: "inherit" });
    process.on("SIGINT", () => process.stdin.isTTY || child.kill("SIGINT"));
    process.on("SIGTERM", () => child.kill("SIGTERM"));
    return new Promise((resolve) => {
        child.on("error", () => resolve(127));
        child.on("close", (code) => resolve(code ?? 128));
    });
}
