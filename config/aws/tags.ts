/** Tags by which the program finds its own again in AWS, and by which the snapshot policies choose volumes. */
export const awsTags = {
    /** `<project>.<stack>` */
    stack: "cht-hosting/stack",
    /** The EKS cluster's name. */
    cluster: "cht-hosting/cluster",
    /** Of a volume: `<cluster>/<namespace>`. One tag, so that a policy takes no volume of another cluster's namespace. */
    volumes: "cht-hosting/volumes",
    /** Of a volume: its claim's name. */
    claim: "cht-hosting/claim",
    /** Of a snapshot by a policy: the tier, and its schedule. */
    tier: "cht-hosting/tier",
    schedule: "cht-hosting/schedule",
} as const;

/** The value of {@link awsTags.volumes}. */
export function volumesOf(cluster: string, namespace: string): string {
    return `${cluster}/${namespace}`;
}
