/** Runs the program of the quiesced sets as its pod would: its files from the ConfigMap, its rights from its own account. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { QuiescedSettings } from "../../cht/quiesced";
import { getOne, kubectl } from "./kubectl";
import { type Running, start } from "./processes";

const names = "cht-snapshots";

export interface QuiescedRun extends Running {
    /** Takes away what the run was given. */
    readonly clean: () => void;
}

/** Fast, since nothing here takes long. */
const patience = { poll: 0.2, pods: 30, snapshots: 20, api: 10, lease: 4 };

/** @param settings other than those of the ConfigMap */
export async function startQuiesced(namespace: string, settings: Partial<QuiescedSettings> = {}): Promise<QuiescedRun> {
    const [{ data }, token, config] = await Promise.all([
        getOne(`configmap/${names}`, namespace),
        kubectl(["create", "token", names, `--namespace=${namespace}`]),
        kubectl(["config", "view", "--raw", "--minify", "--flatten", "--output=json"]),
    ]);
    const { server, ...cluster } = (
        JSON.parse(config) as { clusters: { cluster: { server: string; "certificate-authority-data": string } }[] }
    ).clusters[0]?.cluster ?? { server: "", "certificate-authority-data": "" };
    const folder = mkdtempSync(join(tmpdir(), "cht-hosting-quiesced-"));
    const account = join(folder, "account");
    mkdirSync(account);
    writeFileSync(join(account, "token"), token.trim());
    writeFileSync(join(account, "ca.crt"), Buffer.from(cluster["certificate-authority-data"], "base64"));
    const { "settings.json": own = "{}", ...program } = data as Record<string, string>;
    for (const [file, text] of Object.entries(program)) writeFileSync(join(folder, file), text);
    const all = { ...(JSON.parse(own) as QuiescedSettings), patience, account, ...settings };
    writeFileSync(join(folder, "settings.json"), JSON.stringify(all));
    const { hostname, port } = new URL(server);
    const running = start(process.execPath, [join(folder, "run.js")], {
        cwd: folder,
        env: { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port, HOSTNAME: "test" },
    });
    return { ...running, clean: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A run from its beginning to its end. */
export async function runQuiesced(namespace: string, settings?: Partial<QuiescedSettings>) {
    const run = await startQuiesced(namespace, settings);
    try {
        return await run.result;
    } finally {
        run.clean();
    }
}
