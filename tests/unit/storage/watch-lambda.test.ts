import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { watchCode } from "../../../components/storage/watch-function";

describe("the watch as Lambda runs it", () => {
    const folder = mkdtempSync(join(tmpdir(), "watch-"));
    after(() => rmSync(folder, { recursive: true }));

    it("loads from the archive alone, with the SDK that Lambda has", async () => {
        const alarms = {
            emails: [],
            watched: [{ instance: "uat", namespace: "cht-uat", volumes: 2, latestAgeHours: 31, skewMinutes: 10 }],
        };
        const assets = (await watchCode("prod", alarms).assets) as Record<string, { text: Promise<string> }>;
        assert.deepEqual(Object.keys(assets), ["index.js", "watched.json"]);
        for (const [name, { text }] of Object.entries(assets)) writeFileSync(join(folder, name), await text);

        const sdk = (name: string, module: string) => {
            const path = join(folder, "runtime", "@aws-sdk", name);
            mkdirSync(path, { recursive: true });
            writeFileSync(join(path, "index.js"), module);
        };
        sdk(
            "client-ec2",
            `exports.EC2 = class {
                async describeVolumes({ Filters }) {
                    if (Filters[0].Values.join() !== "prod/cht-uat") throw new Error(JSON.stringify(Filters));
                    const Tags = [{ Key: "cht-hosting/volumes", Value: "prod/cht-uat" }];
                    return { Volumes: ["vol-1", "vol-2"].map((VolumeId) => ({ VolumeId, Tags, CreateTime: new Date(0) })) };
                }
                async describeSnapshots() {
                    const StartTime = (hours) => new Date(Date.now() - hours * 3600000);
                    return { Snapshots: [1, 2].map((n) => ({ VolumeId: "vol-" + n, State: "completed", StartTime: StartTime(n) })) };
                }
            };`,
        );
        sdk(
            "client-cloudwatch",
            `exports.CloudWatch = class {
                async putMetricData({ Namespace, MetricData }) {
                    console.log(JSON.stringify([Namespace, MetricData.map(({ MetricName, Value }) => [MetricName, Math.round(Value)])]));
                }
            };`,
        );
        // As the runtime does: the handler's name is 'index.handler', and the folder has nothing else to load from.
        const run = `require(${JSON.stringify(join(folder, "index.js"))}).handler().catch((error) => { console.error(error); process.exit(1); })`;
        const printed = execFileSync(process.execPath, ["-e", run], {
            cwd: folder,
            encoding: "utf8",
            env: { NODE_PATH: join(folder, "runtime") },
        });
        assert.deepEqual(JSON.parse(printed), [
            "cht-hosting/snapshots",
            [
                ["SnapshotAgeHours", 2],
                ["VolumesWithoutSnapshot", 0],
                ["SnapshotSkewMinutes", 60],
            ],
        ]);
    });
});
