/** The forms of single values: names, quantities, labels and kinds, with what is said of a wrong one. */
import { z } from "zod";

export const dnsLabel = z
    .string()
    .regex(
        /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/,
        "must be a DNS label: a-z, 0-9 and '-', at most 63, beginning with a letter",
    );

/** A namespace is part of the names of CouchDB cluster nodes, which CouchDB keeps in its shard map. */
export const namespaceName = dnsLabel;

export const hostName = z
    .string()
    .max(253)
    .regex(
        /^(?=.*[a-z])[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)+$/,
        "must be a full host name in lower case, such as 'cht.example.org'",
    );

/** A Kubernetes quantity of storage; only the binary suffixes, which is what volumes are made in. */
export const storageSize = z
    .string()
    .regex(/^[1-9]\d{0,5}(Mi|Gi|Ti)$/, "must be a storage size such as '50Gi' (Mi, Gi or Ti)");

const processors = "must be processors such as '2', '0.5' or '500m'";

export const cpuQuantity = z
    .union([z.string(), z.number().positive()], { error: processors })
    .transform(String)
    .pipe(z.string().regex(/^([1-9]\d*m|[1-9]\d*|\d+\.\d{1,3})$/, processors))
    .describe("Processors: '2', '0.5' or '500m'.");

export const memoryQuantity = z
    .string()
    .regex(/^[1-9]\d{0,6}(Mi|Gi)$/, "must be an amount of memory such as '2Gi' (Mi or Gi)")
    .describe("Memory: '512Mi' or '2Gi'.");

export const objectName = z
    .string()
    .max(253)
    .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, "must be a Kubernetes object's name: a-z, 0-9, '-' and '.'");

/** @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
export const nodeLabels = z.record(
    z
        .string()
        .regex(
            /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/,
            "must be a label's key, such as 'topology.kubernetes.io/zone'",
        ),
    z
        .string()
        .regex(
            /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/,
            "must be a label's value: at most 63 of A-Z, a-z, 0-9, '-', '_' and '.'",
        ),
);

/** What is said of a kind that is missing or does not exist; of what is no object at all, the usual is said. */
export function kinds(message: string) {
    return {
        error: ({ code, input }: { code?: string; input?: unknown }) => {
            if (input === undefined) return `is required; kind ${message}`;
            return code === "invalid_union" ? message : undefined;
        },
    };
}
