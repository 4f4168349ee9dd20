/** Writes the JSON Schema of stack files for editors: `npm run schema`. A test holds the committed file to it. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { hostStackSchema, kubernetesStackSchema } from "../config/schema";
import { secretKeys } from "../config/secrets";

export const schemaPath = "schema/stack.schema.json";

/** The text of the schema: of a whole `Pulumi.<stack>.yaml`, because that is the file an editor has open. */
export function stackFileSchema(): string {
    // Draft 7 is what the YAML language servers of all editors read.
    const platforms = [kubernetesStackSchema, hostStackSchema].map((stack) =>
        z.toJSONSchema(stack, { io: "input", target: "draft-7" }),
    );
    const schema = {
        $schema: platforms[0]?.$schema,
        title: "Stack file of cht-hosting",
        type: "object",
        properties: {
            // The kind of the cluster decides; editors take the one that fits best.
            config: { anyOf: platforms.map(({ properties }) => configOf(properties ?? {})) },
            secretsprovider: { type: "string" },
            encryptionsalt: { type: "string" },
            encryptedkey: { type: "string" },
        },
        required: ["config"],
        additionalProperties: false,
    };
    return `${JSON.stringify(schema, null, 4)}\n`;
}

/** The configuration of a stack, of one platform. */
function configOf(properties: object) {
    return {
        type: "object",
        properties: prefixed(properties),
        patternProperties: {
            [`^cht-hosting:[a-z][-a-z0-9]*\\.(${secretKeys.join("|")})$`]: {
                description: "A secret of an instance. Set it with: pulumi config set --secret <instance>.<key>",
                type: "object",
                properties: { secure: { type: "string" } },
                required: ["secure"],
                additionalProperties: false,
            },
            // Other programs' and providers' keys are no business of this one.
            "^(?!cht-hosting:)[^:]+:": {},
        },
        required: ["cht-hosting:cluster"],
        additionalProperties: false,
    };
}

function prefixed(properties: object): object {
    return Object.fromEntries(
        Object.entries(properties).map(([key, value]) => [`cht-hosting:${key}`, value as unknown]),
    );
}

if (require.main === module) {
    writeFileSync(join(process.cwd(), schemaPath), stackFileSchema());
}
