/** What must hold of every change: what holds data is never replaced and never deleted. */
import assert from "node:assert/strict";
import type { Step } from "../../support/stack";
import { shortName } from "../../support/stack";

/** Types whose object is, or holds, data: another one of the same name is an empty one. */
const keepers = [
    "eks:index:Cluster",
    "aws:eks/cluster:Cluster",
    "aws:ec2/vpc:Vpc",
    "aws:ec2/subnet:Subnet",
    "aws:kms/key:Key",
    "aws:ebs/volume:Volume",
    "kubernetes:core/v1:Namespace",
    "kubernetes:core/v1:PersistentVolumeClaim",
    "kubernetes:core/v1:PersistentVolume",
    "kubernetes:storage.k8s.io/v1:StorageClass",
    "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass",
    "random:index/randomPassword:RandomPassword",
    "random:index/randomUuid:RandomUuid",
];

/** The type without its parents': `urn:pulumi:stack::project::parent$type::name`. */
export const typeOf = (urn: string): string => (urn.split("::")[2] ?? "").split("$").at(-1) ?? "";

export function neverReplaces(steps: readonly Step[]): void {
    const harmful = steps
        .filter(({ op, urn }) => keepers.includes(typeOf(urn)) && !["same", "create", "update", "import"].includes(op))
        .map(({ op, urn }) => `${op} ${shortName(urn)}`);
    assert.deepEqual(harmful, []);
}

/** What is told, by key: two spaces and the key, below it four and the message. */
export function problemsOf(text: string): Record<string, string> {
    const problems: Record<string, string> = {};
    let key = "";
    for (const line of text.split("\n")) {
        const [, path] = /^ {2}(\S+)$/.exec(line) ?? [];
        if (path !== undefined) key = path;
        else if (key !== "" && line.startsWith("    "))
            problems[key] = problems[key] === undefined ? line.trim() : `${problems[key]}\n${line.trim()}`;
    }
    assert.notDeepEqual(problems, {}, text);
    return problems;
}
