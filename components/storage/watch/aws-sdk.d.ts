/** The part of AWS's SDK that the watch uses. Lambda's Node.js has the SDK; the project has no use for it elsewhere. */
declare module "@aws-sdk/client-ec2" {
    export interface Filter {
        readonly Name: string;
        readonly Values: readonly string[];
    }
    export interface Volume {
        readonly VolumeId?: string;
        readonly CreateTime?: Date;
        readonly Tags?: readonly { readonly Key?: string; readonly Value?: string }[];
    }
    export interface Snapshot {
        readonly VolumeId?: string;
        readonly State?: string;
        readonly StartTime?: Date;
    }
    export class EC2 {
        constructor(configuration: object);
        describeVolumes(input: { Filters: readonly Filter[]; NextToken?: string }): Promise<{
            readonly Volumes?: readonly Volume[];
            readonly NextToken?: string;
        }>;
        describeSnapshots(input: {
            OwnerIds: readonly string[];
            Filters: readonly Filter[];
            NextToken?: string;
        }): Promise<{ readonly Snapshots?: readonly Snapshot[]; readonly NextToken?: string }>;
    }
}

declare module "@aws-sdk/client-cloudwatch" {
    export interface MetricDatum {
        readonly MetricName: string;
        readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
        readonly Value: number;
        readonly Unit: "None" | "Count";
    }
    export class CloudWatch {
        constructor(configuration: object);
        putMetricData(input: { Namespace: string; MetricData: readonly MetricDatum[] }): Promise<unknown>;
    }
}
