import { createHash } from "node:crypto";
import { Role } from "@pulumi/aws/iam/role";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment";
import * as pulumi from "@pulumi/pulumi";

export interface ServiceRoleArgs {
    service: string;
    description?: string;
    actions: string[];
    /** Names of AWS's own policies. */
    policies: string[];
    partition: pulumi.Input<string>;
    tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

const digest = (text: string): string => createHash("sha1").update(text).digest("hex").slice(0, 8);

/** A role of a service of AWS, with policies of AWS's own. */
export class ServiceRole extends pulumi.ComponentResource {
    readonly role: Role;
    readonly attachments: readonly pulumi.Resource[];

    constructor(name: string, args: ServiceRoleArgs, opts: pulumi.ComponentResourceOptions) {
        super("eks:index:ServiceRole", name, { ...args }, opts);
        const { service, description, actions, policies, partition, tags } = args;
        const assumeRolePolicy = JSON.stringify({
            Version: "2012-10-17",
            Statement: [{ Action: actions, Effect: "Allow", Principal: { Service: [service] } }],
        });
        this.role = new Role(`${name}-role`, { description, assumeRolePolicy, tags }, { parent: this });
        this.attachments = policies.map(
            (policy) =>
                new RolePolicyAttachment(
                    // Named by the policy of the partition 'aws', wherever it is.
                    `${name}-${digest(`arn:aws:iam::aws:policy/${policy}`)}`,
                    {
                        policyArn: pulumi.interpolate`arn:${partition}:iam::aws:policy/${policy}`,
                        role: this.role.name,
                    },
                    { parent: this },
                ),
        );
        this.registerOutputs({});
    }
}
