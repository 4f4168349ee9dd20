/** Whether CouchDB would find its data again: as many nodes, on the same volumes, at the same path. */
import { volumeName } from "../../cht/names";
import type { VolumePlan } from "../instance-plan";
import type { LiveClaim } from "../live";
import { labels } from "../live";
import { compareQuantities } from "../quantity";
import type { Finding, Subject } from "./subject";

export function guardVolumes(subject: Subject): Finding[] {
    const nodes = nodesBefore(subject);
    const { couchdb } = subject.instance;
    const findings: Finding[] = [];
    if (nodes !== undefined && nodes !== couchdb.nodes) {
        findings.push({
            path: "couchdb.nodes",
            message: `CouchDB has its data on ${nodes === 1 ? "1 node" : `${nodes} nodes`}, and would lose sight of it with ${couchdb.nodes}. Set couchdb.nodes: ${nodes}; to change it, move the data to a new instance.`,
        });
    }
    const dataPath = subject.live.annotations[labels.dataPath];
    if (dataPath !== undefined && dataPath !== couchdb.dataPath) {
        findings.push({
            path: "couchdb.dataPath",
            message: `The data lies at '${dataPath}' on the volume, and CouchDB would begin anew at '${couchdb.dataPath}'. Set couchdb.dataPath: '${dataPath}'.`,
        });
    }
    for (const volume of subject.volumes) {
        const claim = subject.live.claims.find(({ name }) => name === volume.claimName);
        if (claim === undefined) continue;
        const finding = changedSource(subject, volume, claim) ?? changedClass(volume, claim) ?? shrunk(volume, claim);
        // One volume speaks for the others: they have one size and class, and mostly one source.
        if (finding !== undefined) return [...findings, finding];
    }
    return findings;
}

/** Another tool's namespace says nothing of nodes: then its claims do. */
function nodesBefore({ live }: Subject): number | undefined {
    const written = live.annotations[labels.couchdbNodes];
    if (written !== undefined) return Number(written);
    const claims = live.claims.filter(({ name }) => /^couchdb(-\d+)?-claim0$/.test(name));
    return claims.length === 0 ? undefined : claims.length;
}

function changedSource({ live }: Subject, volume: VolumePlan, claim: LiveClaim): Finding | undefined {
    const path = "couchdb.volume";
    const change = (before: string) => ({
        path,
        message: `The data of ${volume.claimName} lies on ${before}, and would be left behind for ${describeSource(volume.source)}. Set couchdb.volume back; to move the data, copy it to a new instance.`,
    });
    if (claim.source !== undefined)
        return claim.source === volume.source ? undefined : change(describeSource(claim.source));
    if (claim.volumeName === undefined) return undefined;
    const node = volume.claimName === "couchdb-claim0" ? undefined : volume.node;
    const changed =
        volume.kind === "new" || volume.kind === "snapshot"
            ? claim.volumeName === volumeName(live.name, node)
            : claim.volumeName !== volume.persistentVolume;
    return changed ? change(`the PersistentVolume '${claim.volumeName}'`) : undefined;
}

function describeSource(source: string): string {
    const [kind, ...rest] = source.split(" ");
    if (kind === "persistentVolume") return `the PersistentVolume '${rest.join(" ")}'`;
    if (kind === "snapshot") return `a volume made of the snapshot '${rest.slice(1).join(" ")}' of ${rest[0]}`;
    if (kind === "disk") return `the disk '${rest.slice(1).join(" ")}' of ${rest[0]}`;
    return "a volume of its own";
}

function changedClass(volume: VolumePlan, claim: LiveClaim): Finding | undefined {
    const before = claim.className ?? "";
    if (before === volume.className) return undefined;
    return {
        path: "couchdb.volume.className",
        message: `The claim ${volume.claimName} has the storage class '${before}', which cannot become '${volume.className}'. Set couchdb.volume.className: '${before}'.`,
    };
}

function shrunk(volume: VolumePlan, claim: LiveClaim): Finding | undefined {
    if (compareQuantities(volume.size, claim.size) >= 0) return undefined;
    return {
        path: "couchdb.volume.size",
        message: `The claim ${volume.claimName} has ${claim.size} and cannot shrink to ${volume.size}. Set couchdb.volume.size: ${claim.size}, or more.`,
    };
}
