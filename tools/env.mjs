/**
 * `eval "$(npm run --silent env)"` makes a shell the sandbox's: pulumi and kubectl then work on it directly.
 */
import { environment } from "./environment.mjs";
import { exports } from "./shell.mjs";

const variables = environment();
for (const own of ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"]) {
    if (!process.env[own] || process.env[own] === variables.PULUMI_CONFIG_PASSPHRASE) continue;
    delete variables.PULUMI_CONFIG_PASSPHRASE;
    process.stderr.write(
        `${own} is set and kept. The sandbox's own stack needs: ` +
            "unset PULUMI_CONFIG_PASSPHRASE_FILE; export PULUMI_CONFIG_PASSPHRASE=sandbox\n",
    );
}
console.log(exports(variables));
