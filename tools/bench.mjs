/**
 * `npm run bench`: gets what the benchmark needs, compiles, runs it. See bench/README.md.
 */
import { join } from "node:path";
import { bootstrap } from "./bootstrap.mjs";
import { passThrough } from "./command.mjs";
import { engineEnvironment } from "./engine.mjs";
import { run } from "./failure.mjs";
import { root } from "./paths.mjs";
import { obtain } from "./toolchain.mjs";

await run(async () => {
    await bootstrap();
    await obtain({ programs: ["pulumi", "kubernetes", "helm"], plugins: ["kubernetes", "random"] });
    process.exitCode = await passThrough(
        process.execPath,
        ["--enable-source-maps", join(root, "dist", "bench", "main.js"), ...process.argv.slice(2)],
        { cwd: root, env: engineEnvironment() },
    );
});
