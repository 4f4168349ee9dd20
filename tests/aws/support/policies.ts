/** The snapshot policies of the simulated AWS, and what Data Lifecycle Manager does by them. */
import { createHash } from "node:crypto";
import type { Account, AwsResource } from "./account";
import type { Volume } from "./cluster";

export interface Policy {
    readonly description: string;
    readonly targetTags: readonly { readonly Key: string; readonly Value: string }[];
    readonly schedules: readonly Readonly<Record<string, unknown>>[];
}

interface Template {
    readonly Resources: Readonly<
        Record<
            string,
            {
                readonly Type: string;
                readonly Properties: {
                    readonly Description: string;
                    readonly State: string;
                    readonly PolicyDetails: {
                        readonly ResourceTypes: readonly string[];
                        readonly TargetTags: Policy["targetTags"];
                        readonly Schedules: Policy["schedules"];
                    };
                };
            }
        >
    >;
}

/** Those that are enabled and take volumes, by tier: the last word but three of the description. */
export function policies(account: Account): Map<string, Policy> {
    const found = account.resources("aws:cloudformation/stack:Stack").flatMap(({ properties }) =>
        Object.values((JSON.parse(String(properties["templateBody"])) as Template).Resources)
            .filter(({ Type, Properties }) => Type === "AWS::DLM::LifecyclePolicy" && Properties.State === "ENABLED")
            .filter(({ Properties }) => Properties.PolicyDetails.ResourceTypes.includes("VOLUME"))
            .map(({ Properties: { Description, PolicyDetails } }): [string, Policy] => [
                /tier (\S+)/.exec(Description)?.[1] ?? Description,
                {
                    description: Description,
                    targetTags: PolicyDetails.TargetTags,
                    schedules: PolicyDetails.Schedules,
                },
            ]),
    );
    return new Map(found);
}

/** A volume is taken that has any of the policy's tags. */
export function taken(policy: Policy | undefined, volumes: readonly Volume[]): string[] {
    return volumes
        .filter(({ tags }) => policy?.targetTags.some(({ Key, Value }) => tags[Key] === Value))
        .map(({ claim }) => claim)
        .sort();
}

/** What the policies' next run makes: a snapshot of every volume they take, with the volume's tags. */
export function takeSnapshots(account: Account, volumes: readonly Volume[], startTime: string): AwsResource[] {
    const chosen = volumes.filter((volume) =>
        [...policies(account).values()].some((policy) => taken(policy, [volume]).length > 0),
    );
    const snapshots = chosen.map(({ id, tags }): AwsResource => {
        const snapshot = `snap-${createHash("sha1").update(`${startTime} ${id}`).digest("hex").slice(0, 17)}`;
        return {
            type: "aws:ebs/snapshot:Snapshot",
            region: "eu-west-2",
            id: snapshot,
            properties: {
                id: snapshot,
                arn: `arn:aws:ec2:eu-west-2::snapshot/${snapshot}`,
                volumeId: id,
                volumeSize: 10,
                state: "completed",
                startTime,
                encrypted: true,
                ownerId: "123456789012",
                tags,
                tagsAll: tags,
            },
        };
    });
    account.put(...snapshots);
    return snapshots;
}
