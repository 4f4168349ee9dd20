import assert from "node:assert/strict";
import { classParameters } from "../../../config/aws/classes";
import { each, type Inputs, of } from "./rules";

describe("aws: what no schema says of snapshots, alarms and public hosts", function () {
    this.timeout(60_000);

    each("a snapshot policy takes the volumes that its class tags, and no others", ({ plan, instances, resources }) => {
        const policies = of(resources, "AWS::DLM::LifecyclePolicy");
        assert.equal(policies.length, plan.snapshotPolicies.length);
        const taken = policies.map(({ PolicyDetails }) => {
            const { TargetTags } = PolicyDetails as { TargetTags: { Key: string; Value: string }[] };
            return TargetTags.map(({ Key, Value }) => `${Key}=${Value}`);
        });
        for (const { namespace, volumes } of instances) {
            for (const { className, kind } of volumes) {
                if (kind !== "new") continue;
                const tags = tagsOf(classParameters(plan.storage, className), namespace);
                const policiesOf = taken.filter((targets) => targets.some((target) => tags.includes(target)));
                // Not one of two tiers, and of none where it was said.
                assert.equal(policiesOf.length, namespace === "nothing" || policies.length === 0 ? 0 : 1, namespace);
            }
        }
        return policies.length;
    });

    each("a snapshot policy is within AWS's limits", ({ resources }) => {
        const schedules = of(resources, "AWS::DLM::LifecyclePolicy").flatMap(({ PolicyDetails, ExecutionRoleArn }) => {
            assert.match(ExecutionRoleArn as string, /^arn:aws:iam::/);
            const { Schedules } = PolicyDetails as { Schedules: Inputs[] };
            assert.ok(Schedules.length >= 1 && Schedules.length <= 4);
            return Schedules;
        });
        for (const schedule of schedules) {
            const { Interval, CronExpression } = schedule["CreateRule"] as Inputs;
            assert.ok(CronExpression !== undefined || [1, 2, 3, 4, 6, 8, 12, 24].includes(Interval as number));
            assert.equal(Interval === undefined, CronExpression !== undefined);
            const { Count } = schedule["RetainRule"] as Inputs;
            assert.ok(Count === undefined || ((Count as number) >= 1 && (Count as number) <= 1000));
            const copies = (schedule["CrossRegionCopyRules"] ?? []) as Inputs[];
            assert.ok(copies.length <= 3);
            assert.equal(new Set(copies.map(({ Target }) => Target)).size, copies.length);
            for (const { Encrypted } of copies) assert.equal(Encrypted, true);
            // Restored by whoever has it: without the volume's tags nobody would know what is in it.
            assert.equal(schedule["CopyTags"], true);
        }
        return schedules.length;
    });

    each("an alarm is one also where nothing is told, and tells somebody", ({ plan, resources }) => {
        const alarms = of(resources, "AWS::CloudWatch::Alarm");
        const watched = plan.alarms?.watched ?? [];
        assert.equal(
            alarms.length,
            watched.length + watched.filter(({ skewMinutes }) => skewMinutes !== undefined).length,
        );
        for (const { AlarmActions, TreatMissingData, MetricName } of alarms) {
            // Of snapshots that are missing, that they lie apart is not told too.
            assert.equal(TreatMissingData, MetricName === "SnapshotAgeHours" ? "breaching" : "notBreaching");
            assert.match((AlarmActions as string[])[0] ?? "", /^arn:aws:sns:/);
        }
        return alarms.length;
    });

    each("each public host has its certificate, its proof and its record", ({ instances, resources }) => {
        const hosts = instances.filter(({ route }) => route !== undefined).map(({ host }) => host);
        const records = of(resources, "AWS::Route53::RecordSet");
        const aliases = records.filter(({ Type }) => Type === "A").map(({ Name }) => Name);
        assert.deepEqual(aliases.sort(), hosts.sort());
        const certificates = of(resources, "AWS::CertificateManager::Certificate").map(({ DomainName }) => DomainName);
        assert.deepEqual(certificates.sort(), hosts);
        assert.equal(records.length, 2 * hosts.length);
        return hosts.length;
    });
});

/** The tags that the driver puts on a volume of the class, claimed in the namespace. */
function tagsOf(parameters: Readonly<Record<string, string>>, namespace: string): string[] {
    return Object.entries(parameters)
        .filter(([key]) => key.startsWith("tagSpecification_"))
        .map(([, value]) => value.replace(/\{\{ ?\.PVCNamespace ?\}\}/g, namespace));
}
