/**
 * What an operator may write of an EKS cluster, and the only home of its defaults. Rules over several keys are in
 * `rules.ts`; what only AWS can tell (whether a zone has an instance type, a version is supported) in `guard.ts`.
 */
import { z } from "zod";
import { dnsLabel } from "../formats";
import { snapshotsSchema } from "../snapshots-schema";
import { account, arn, ipv4Range, keyArn, region, roleOrUser, zone } from "./formats";
import { networkKind } from "./network-schema";
import { nodesSchema } from "./nodes-schema";

const addonVersion = z
    .string()
    .regex(/^v\d+\.\d+\.\d+-eksbuild\.\d+$/, "must be an add-on's version such as 'v1.20.4-eksbuild.2'")
    .optional();

/** Nothing is taken 'most recent': a cluster would change with the day. What is not given is told by preview, to be written down. */
const addonsSchema = z
    .strictObject({
        "vpc-cni": addonVersion.describe("The pods' network, and its policies."),
        coredns: addonVersion.describe("The cluster's DNS."),
        "kube-proxy": addonVersion.describe("The Services' addresses; goes with the Kubernetes version."),
        "aws-ebs-csi-driver": addonVersion.describe("The volumes."),
        "snapshot-controller": addonVersion.describe("VolumeSnapshots."),
        "eks-pod-identity-agent": addonVersion.describe("The add-ons' permissions in AWS."),
    })
    .prefault({})
    .describe("Versions of the EKS add-ons. Preview tells the ones that AWS recommends, where one is missing.");

const accessEntry = z.strictObject({
    principal: roleOrUser.describe("The IAM role or user."),
    level: z
        .enum(["admin", "edit", "view"], { error: "must be 'admin', 'edit' or 'view'" })
        .describe(
            "'admin' may do everything, 'edit' what applications need, Secrets included, 'view' only look, but not at Secrets.",
        ),
    namespaces: z.array(dnsLabel).min(1).optional().describe("Only there; default: the whole cluster."),
});

const classSchema = z.strictObject({
    iops: z
        .int()
        .optional()
        .describe("I/O operations a second, 3000 to 80000 and at most 500 per GiB; default: gp3's 3000."),
    throughput: z.int().optional().describe("MiB a second, 125 to 2000 and at most 0.25 per IOPS; default: gp3's 125."),
});

export const eksSchema = z
    .strictObject({
        kind: z.literal("eks"),
        name: z
            .string()
            .regex(
                /^[A-Za-z][-A-Za-z0-9]{0,39}$/,
                "must be letters, digits and '-', at most 40, beginning with a letter",
            )
            .describe("The cluster's name: its identity in AWS and in state. Cannot change later."),
        region: region.describe("The AWS region. Cannot change later."),
        account: account
            .optional()
            .describe("The account it must be: with credentials of another, preview stops before anything is made."),
        profile: z
            .string()
            .min(1)
            .optional()
            .describe("A profile of the AWS configuration; default: the usual search."),
        version: z
            .string()
            .regex(/^1\.\d\d$/, "must be a Kubernetes version such as '1.35', in quotes")
            .describe("Kubernetes. Goes up by one at a time, never down."),
        zones: z.array(zone).min(2).max(3).describe("Two or three availability zones. More can be added, at the end."),
        network: networkKind.prefault({ kind: "new" }),
        publicAccess: z
            .array(ipv4Range)
            .describe(
                "Who may reach the API server from the internet: address ranges of operators and CI. An empty list: only from inside the VPC.",
            ),
        access: z
            .record(dnsLabel, accessEntry)
            .default({})
            .describe("Who may use the cluster beside who made it, by names of your choice."),
        logs: z
            .strictObject({
                types: z
                    .array(z.enum(["api", "audit", "authenticator", "controllerManager", "scheduler"]))
                    .default(["api", "audit", "authenticator"])
                    .describe("Logs of the control plane."),
                retentionDays: z
                    .union(
                        [
                            1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
                            3288, 3653,
                        ].map((days) => z.literal(days)),
                        {
                            error: "must be a retention of CloudWatch: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365 … 3653 days",
                        },
                    )
                    .default(90)
                    .describe("Days the logs are kept."),
            })
            .prefault({})
            .describe("The control plane's logs in CloudWatch."),
        nodes: nodesSchema.optional(),
        autoMode: z
            .strictObject({
                maximumAgeHours: z
                    .int()
                    .min(24)
                    .max(504)
                    .default(504)
                    .describe("AWS replaces every node at that age, 21 days at most: CouchDB restarts each time."),
            })
            .optional()
            .describe(
                "EKS Auto Mode instead of nodes: AWS makes nodes as pods ask for them, and replaces them by age. Cannot be taken back while volumes are in use: they belong to another CSI driver.",
            ),
        addons: addonsSchema,
        loadBalancerController: z
            .strictObject({
                version: z
                    .string()
                    .regex(/^\d+\.\d+\.\d+$/, "must be a chart's version such as '1.14.1'")
                    .describe("The chart's version."),
                chart: z
                    .string()
                    .min(1)
                    .optional()
                    .describe("A folder, or 'oci://…', with the chart; default: AWS's own repository."),
                image: z.string().min(1).optional().describe("Another registry's copy of the image, without tag."),
            })
            .optional()
            .describe("The AWS Load Balancer Controller's chart; required without autoMode."),
        storage: z
            .strictObject({
                classes: z
                    .record(dnsLabel, classSchema)
                    .default({ gp3: {} })
                    .describe(
                        "Storage classes by name: gp3, encrypted, kept (Retain). A class never changes: make another.",
                    ),
                className: dnsLabel.optional().describe("The class of new CouchDB volumes; required with several."),
                keyArn: keyArn.optional().describe("The KMS key of the volumes; default: one that the program makes."),
            })
            .prefault({})
            .describe("Where new volumes come from."),
        snapshots: snapshotsSchema,
        ingress: z
            .strictObject({
                scheme: z
                    .enum(["internet-facing", "internal"], { error: "must be 'internet-facing' or 'internal'" })
                    .default("internet-facing")
                    .describe("Whether the load balancer is reached from the internet, or only from inside the VPC."),
                group: dnsLabel
                    .optional()
                    .describe("The group of instances that share one load balancer; default: the cluster's name."),
                hostedZone: z
                    .string()
                    .regex(/^Z[A-Z0-9]{5,31}$/, "must be a hosted zone's id such as 'Z0123456789ABCDEFGHIJ'")
                    .optional()
                    .describe(
                        "The Route 53 zone of the instances' hosts: the program makes their records and proves their certificates there.",
                    ),
                webAcl: arn("wafv2", "arn:aws:wafv2:eu-west-2:123456789012:regional/webacl/cht/0123…")
                    .optional()
                    .describe("A WAF web ACL that the load balancer uses."),
            })
            .prefault({})
            .describe("The way in: one Application Load Balancer for all instances."),
        tags: z
            .record(
                z
                    .string()
                    .regex(
                        /^[A-Za-z0-9+=._:/-]{1,128}$/,
                        "must be a tag's key: at most 128 letters, digits and + - = . _ : /",
                    ),
                z.string().max(256),
            )
            .default({})
            .describe("Tags of everything that is made in AWS, beside the program's own."),
        prices: z
            .string()
            .min(1)
            .optional()
            .describe(
                "A file with your own prices, in the form of cht/prices; default: AWS's list prices of the table's date.",
            ),
        share: z
            .boolean()
            .default(false)
            .describe("Whether the stack exports the cluster as the secret output 'cluster' for other stacks."),
    })
    .describe("An EKS cluster that the program makes.");

export type EksModel = z.output<typeof eksSchema>;
export type { NodesModel } from "./nodes-schema";
export type AddonName = keyof EksModel["addons"];
export const addonNames = Object.keys(addonsSchema.unwrap().shape) as AddonName[];
/** What Auto Mode does not bring. */
export const addonsWithAutoMode: readonly AddonName[] = ["snapshot-controller"];
