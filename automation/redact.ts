/** Takes secrets out of texts that leave the host: logs, descriptions of containers. */

const mark = "[secret]";

/**
 * @param secrets the values to take out, in every form in which programs print them: as they are, in URLs, in JSON
 * @param login whose `Authorization: Basic` is taken out too
 */
export function redactor(
    secrets: readonly string[],
    login: { readonly user?: string; readonly password?: string } = {},
): (text: string) => string {
    const basic =
        login.user && login.password ? [Buffer.from(`${login.user}:${login.password}`).toString("base64")] : [];
    const forms = secrets
        .filter((secret) => secret !== "")
        .flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]);
    // The longest first: a secret may be part of another.
    const all = [...new Set([...forms, ...basic])].sort((a, b) => b.length - a.length);
    if (all.length === 0) return (text) => text;
    const pattern = new RegExp(all.map((form) => form.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")).join("|"), "g");
    return (text) => text.replace(pattern, mark);
}

/** Every text in a value. Before it becomes JSON: there a text may be quoted more than once. */
export function redactAll<T>(value: T, redact: (text: string) => string): T {
    if (typeof value === "string") return redact(value) as T;
    if (Array.isArray(value)) return value.map((each: unknown) => redactAll(each, redact)) as T;
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value).map(([key, each]: [string, unknown]) => [
        redact(key),
        redactAll(each, redact),
    ]);
    return Object.fromEntries(entries) as T;
}

/** A container's environment without values that are, or may be, secret. */
export function redactEnvironment(lines: readonly string[], redact: (text: string) => string): string[] {
    return lines.map((line) => {
        const name = line.slice(0, line.indexOf("="));
        const secret = /PASSWORD|SECRET|UUID|TOKEN|KEY|CREDENTIAL|COUCH_URL|COUCHDB_USER|COOKIE/i.test(name);
        return secret ? `${name}=${mark}` : redact(line);
    });
}
