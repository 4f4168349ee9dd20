/**
 * Sums up a profile of a Node process by package.
 *
 * `node dist/bench/profile.js <file.cpuprofile> …` prints one table per file.
 */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { markdownTable } from "./report";

interface Profile {
    readonly nodes: readonly {
        readonly id: number;
        readonly callFrame: { readonly functionName: string; readonly url: string };
        readonly children?: readonly number[];
    }[];
    readonly samples: readonly number[];
    /** In microseconds. */
    readonly timeDeltas: readonly number[];
}

/** Milliseconds of one package: of its own code with what that calls in Node, and of loading modules for it. */
interface Share {
    running: number;
    loading: number;
}

/** What takes less is summed up as "others". */
const leastMilliseconds = 20;

/** A table by package, the longest first. */
export function summary(file: string): string {
    const shares = [...sharesOf(JSON.parse(readFileSync(file, "utf8")) as Profile)]
        .filter(([name]) => name !== "(idle)")
        .sort(([, a], [, b]) => total(b) - total(a));
    const large = shares.filter(([, share]) => total(share) >= leastMilliseconds);
    const small = shares.filter(([, share]) => total(share) < leastMilliseconds).map(([, share]) => share);
    const others: Share = {
        running: small.reduce((sum, { running }) => sum + running, 0),
        loading: small.reduce((sum, { loading }) => sum + loading, 0),
    };
    const rows = [...large, ["others", others] as const].map(([name, { running, loading }]) => [
        name,
        running.toFixed(0),
        loading.toFixed(0),
    ]);
    return markdownTable(["", "running, ms", "loading modules, ms"], rows);
}

const total = ({ running, loading }: Share) => running + loading;

function sharesOf({ nodes, samples, timeDeltas }: Profile): Map<string, Share> {
    const byId = new Map(nodes.map((node) => [node.id, node]));
    const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
    const shares = new Map<string, Share>();
    for (const [index, sample] of samples.entries()) {
        // Node's own functions work for whoever called them.
        let loading = false;
        let name: string | undefined;
        for (let id: number | undefined = sample; name === undefined && id !== undefined; id = parents.get(id)) {
            const { functionName = "", url = "" } = byId.get(id)?.callFrame ?? {};
            loading ||= url.startsWith("node:internal/modules/");
            name = packageOf(url) ?? (/^\((idle|garbage collector)\)$/.test(functionName) ? functionName : undefined);
        }
        const share = shares.get(name ?? "Node.js") ?? { running: 0, loading: 0 };
        share[loading ? "loading" : "running"] += (timeDeltas[index] ?? 0) / 1000;
        shares.set(name ?? "Node.js", share);
    }
    return shares;
}

function packageOf(url: string): string | undefined {
    if (url === "" || url.startsWith("node:")) return undefined;
    return /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? "cht-hosting";
}

if (require.main === module) {
    for (const file of process.argv.slice(2)) console.log(`${basename(file)}\n\n${summary(file)}`);
}
