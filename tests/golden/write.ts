/** `npm run golden`: writes the golden files anew. What it changes is read in `git diff`, and told in the pull request. */
import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import { root } from "../support/program";
import { difference, goldens, pathOf } from "./golden";

async function main(): Promise<void> {
    for (const golden of goldens) {
        const changed = (await difference(golden)) !== "";
        if (changed) writeFileSync(pathOf(golden), await golden.render());
        console.log(`${relative(root, pathOf(golden))}: ${changed ? "written" : "as it was"}`);
    }
}

main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
});
