/** What a stack file alone tells of snapshots: those that volumes are made of, and the quiesced sets. */
import type { InstanceRule } from "./common-rules";
import { checkSchedule } from "./schedule";
import type { InstanceModel } from "./schema";
import { snapshotVolumeOf } from "./snapshot-source";

export const snapshotRules: readonly InstanceRule<InstanceModel>[] = [
    function* snapshotPerNode({ couchdb }) {
        const from = couchdb && snapshotVolumeOf({ couchdb })?.from;
        if (couchdb === undefined || from === undefined) return;
        const key = "snapshots" in from ? "snapshots" : "volumeSnapshots";
        const given =
            "snapshots" in from ? from.snapshots : "volumeSnapshots" in from ? from.volumeSnapshots : undefined;
        if (given === undefined) return;
        const path = `couchdb.volume.from.${key}`;
        if (given.length !== couchdb.nodes) {
            yield { path, message: `must be as many as couchdb.nodes, ${couchdb.nodes}, not ${given.length}` };
        }
        const twice = given.find((one, index) => given.indexOf(one) !== index);
        if (twice !== undefined) {
            yield { path, message: `has '${twice}' twice: every CouchDB node has its own` };
        }
    },
    function* ofAnother({ couchdb }, name) {
        const from = couchdb && snapshotVolumeOf({ couchdb })?.from;
        if (from !== undefined && "instance" in from && from.instance === name) {
            yield {
                path: "couchdb.volume.from.instance",
                message:
                    "is the instance itself: a snapshot does not change data that is there. Restore it as an instance of another name",
            };
        }
    },
    function* quiescedHolds({ snapshots }) {
        if (snapshots?.quiesced !== undefined) yield* checkSchedule(snapshots.quiesced, "snapshots.quiesced");
    },
];
