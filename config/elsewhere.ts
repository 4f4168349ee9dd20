/** Keys that are right elsewhere: what is known on one platform and written for the other, and what neither can have. */
import { z } from "zod";
import { hostInstanceSchema } from "./docker/schema";
import type { ParsedStack } from "./parse";
import { instanceSchema } from "./schema";

const platforms = {
    kubernetes: { own: instanceSchema, other: hostInstanceSchema, message: "is for a Docker host, not for Kubernetes" },
    docker: { own: hostInstanceSchema, other: instanceSchema, message: "is for Kubernetes, not for a Docker host" },
} as const;

/** Words in which people ask for an instance on several machines. */
const severalHosts = ["hosts", "nodes", "swarm", "overlay"];

/**
 * What is to be said of an unknown key, beside what is allowed in its place.
 *
 * @param path from the project's own keys on: `["instances", "dev", "namespace"]`
 */
export function elsewhere(platform: ParsedStack["platform"], path: readonly PropertyKey[]): string | undefined {
    const [root, name, ...keys] = path;
    if (platform === "docker" && root === "cluster" && keys.length === 0 && severalHosts.includes(String(name))) {
        return "is not for Docker: CouchDB's nodes lose one another on an overlay network. For several machines use Kubernetes, kind 'existing'";
    }
    if (root !== "instances") return undefined;
    const { own, other, message } = platforms[platform];
    return knows(other, keys) && !knows(own, keys) ? message : undefined;
}

/** Whether a schema has a key at `path`, in any of its forms. */
function knows(schema: z.ZodType, path: readonly PropertyKey[]): boolean {
    const [key, ...rest] = path;
    if (key === undefined) return true;
    if (
        schema instanceof z.ZodOptional ||
        schema instanceof z.ZodDefault ||
        schema instanceof z.ZodPrefault ||
        schema instanceof z.ZodArray
    ) {
        const inner = schema.unwrap() as z.ZodType;
        return knows(inner, schema instanceof z.ZodArray ? rest : path);
    }
    if (schema instanceof z.ZodUnion) return schema.options.some((option) => knows(option as z.ZodType, path));
    if (!(schema instanceof z.ZodObject)) return false;
    const part = (schema.shape as Record<PropertyKey, z.ZodType | undefined>)[key];
    return part !== undefined && knows(part, rest);
}
