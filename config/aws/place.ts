/** Where in AWS a cluster is: what other stacks need to make certificates and records for instances on it. */
import { z } from "zod";

export const awsPlaceSchema = z.strictObject({
    region: z.string(),
    account: z.string(),
    /** `aws`, `aws-cn`, `aws-us-gov` */
    partition: z.string(),
    /** A profile of the AWS configuration of whoever runs the program. */
    profile: z.string().optional(),
    /** The Route 53 zone of the instances' hosts. The domain is without the dot at the end; missing where AWS has no such zone. */
    hostedZone: z.strictObject({ id: z.string(), domain: z.string().optional() }).optional(),
    /** Of everything that is made in AWS for instances on the cluster. */
    tags: z.record(z.string(), z.string()).default({}),
});

export type AwsPlace = z.output<typeof awsPlaceSchema>;
