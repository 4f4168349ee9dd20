// Who may talk to the API server. Nothing but Node is needed: the API server makes its own serving certificate, and its
// clients show random tokens, which are only in files that nobody else may read, never in arguments.
import { generateKeyPairSync, randomBytes, X509Certificate } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "./settings.mjs";

/** @typedef {import("./settings.mjs").Sandbox} Sandbox */

/** Each client of the API server: its user, which has Kubernetes' own default role, or the group that may do everything. */
const clients = {
    operator: { user: "sandbox-operator", groups: ["system:masters"] },
    "kube-controller-manager": { user: "system:kube-controller-manager", groups: [] },
    "kube-scheduler": { user: "system:kube-scheduler", groups: [] },
    kwok: { user: "sandbox-kwok", groups: ["system:masters"] },
};

/** @typedef {keyof typeof clients} Client */

/** The file of tokens as kube-apiserver reads it. @param {Sandbox} sandbox */
export const tokenFile = (sandbox) => join(sandbox.credentials, "tokens.csv");

/** The key that signs the tokens of service accounts. @param {Sandbox} sandbox */
export const serviceAccountKey = (sandbox) => join(sandbox.credentials, "service-accounts.key");

/** The serving certificate, which is its own authority. @param {Sandbox} sandbox */
export const certificate = (sandbox) => join(sandbox.certificates, "apiserver.crt");

/** @param {Sandbox} sandbox */
export const certificateKey = (sandbox) => join(sandbox.certificates, "apiserver.key");

/** @param {Sandbox} sandbox @param {Client} client */
export function kubeconfigOf(sandbox, client) {
    return join(sandbox.credentials, `${client}.kubeconfig`);
}

/** Makes what the API server needs before its start, unless it is there. @param {Sandbox} sandbox */
export function makeCredentials(sandbox) {
    if (!existsSync(serviceAccountKey(sandbox))) {
        const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
        writeWhole(serviceAccountKey(sandbox), privateKey.export({ type: "sec1", format: "pem" }).toString());
    }
    if (!existsSync(tokenFile(sandbox))) {
        const lines = Object.values(clients).map(({ user, groups }) => {
            const token = randomBytes(32).toString("hex");
            return [token, user, user, ...(groups.length > 0 ? [`"${groups.join(",")}"`] : [])].join(",");
        });
        writeWhole(tokenFile(sandbox), `${lines.join("\n")}\n`);
    }
    // The API server makes certificate and key for a year, and only when neither is there.
    if (
        !existsSync(certificate(sandbox)) ||
        !existsSync(certificateKey(sandbox)) ||
        daysLeft(certificate(sandbox)) < 30
    ) {
        for (const file of [certificate(sandbox), certificateKey(sandbox)]) rmSync(file, { force: true });
    }
}

/** How long a certificate is valid; nothing when it cannot be read, as after a crash while it was written. @param {string} path */
function daysLeft(path) {
    try {
        return (Date.parse(new X509Certificate(readFileSync(path)).validTo) - Date.now()) / 86_400_000;
    } catch {
        return 0;
    }
}

/** Writes the clients' kubeconfigs, once the API server has its certificate. @param {Sandbox} sandbox */
export function writeKubeconfigs(sandbox) {
    const rows = readFileSync(tokenFile(sandbox), "utf8")
        .split("\n")
        .map((line) => line.split(","));
    const authority = readFileSync(certificate(sandbox)).toString("base64");
    for (const [client, { user }] of Object.entries(clients)) {
        const token = rows.find((row) => row[1] === user)?.[0];
        const text = kubeconfig(`https://127.0.0.1:${sandbox.ports.api}`, authority, user, token ?? "");
        writeWhole(kubeconfigOf(sandbox, /** @type {Client} */ (client)), text);
        // The operator's own file is left alone while it works: a default namespace may have been set in it.
        if (client === "operator" && !saysTheSame(sandbox.kubeconfig, text)) writeWhole(sandbox.kubeconfig, text);
    }
}

/** Whether a kubeconfig has the server, the authority and the token of another one. @param {string} path @param {string} text */
function saysTheSame(path, text) {
    if (!existsSync(path)) return false;
    const existing = readFileSync(path, "utf8");
    return [...text.matchAll(/(?:server|certificate-authority-data|token): (\S+)/g)].every(([fact]) =>
        existing.includes(fact),
    );
}

/** @param {string} server @param {string} authority @param {string} user @param {string} token */
function kubeconfig(server, authority, user, token) {
    return `apiVersion: v1
kind: Config
current-context: sandbox
clusters:
  - name: sandbox
    cluster:
      server: ${server}
      certificate-authority-data: ${authority}
users:
  - name: ${user}
    user:
      token: ${token}
contexts:
  - name: sandbox
    context:
      cluster: sandbox
      user: ${user}
`;
}

/**
 * Server, authority and token for the sandbox's own calls.
 *
 * @param {Sandbox} sandbox
 */
export function readConnection(sandbox) {
    const text = readFileSync(kubeconfigOf(sandbox, "operator"), "utf8");
    const field = (/** @type {string} */ name) => new RegExp(`${name}: (\\S+)`).exec(text)?.[1] ?? "";
    return {
        server: field("server"),
        authority: Buffer.from(field("certificate-authority-data"), "base64"),
        token: field("token"),
    };
}
