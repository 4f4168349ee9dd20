import type { Registered } from "../support/register";

/** What a resource is in words: `apps/v1 Deployment cht-api`, or the name in the program where it has none of its own. */
export function identity({ type, name, inputs }: Registered): string {
    const kind = type.slice(type.lastIndexOf(":") + 1);
    const metadata = inputs["metadata"] as { name?: string } | undefined;
    return [inputs["apiVersion"], kind, metadata?.name ?? name].filter(Boolean).join(" ");
}

/** Identities in order, since resources are registered in any. */
export function identities(resources: readonly Registered[]): string[] {
    return resources.map(identity).sort();
}
