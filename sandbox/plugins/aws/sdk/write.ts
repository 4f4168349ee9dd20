/** Writes `types.json` anew, when the SDK's version or the list of what the stand-in knows has changed. */
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { extract } from "./extract";
import { FUNCTIONS, RESOURCES } from "./tokens";

const file = resolve(__dirname, "../../../../..", join("sandbox", "plugins", "aws", "sdk", "types.json"));
writeFileSync(file, `${JSON.stringify(extract(RESOURCES, FUNCTIONS), undefined, 4)}\n`);
