import { PORTS } from "./ports";

/**
 * What CHT's images can bear in credentials. Problems are sentences without the value: they are shown to the operator,
 * and end up in logs. `@see` cht-core couchdb/docker-entrypoint.sh and set-up-cluster.sh, haproxy-healthcheck/check.py,
 * apache/couchdb src/config/src/config.erl (how an ini file is read).
 */

/**
 * How passwords and secrets are generated, in the words of `random.RandomPassword`: nothing in them means anything to a
 * shell, an ini file or a URL, so that every version of CHT can bear them.
 */
export const generatedPassword = { length: 32, special: true, overrideSpecial: "-_" } as const;

/** The administrator's name unless the operator gives another. */
export const DEFAULT_USER = "medic";

/** What the release's images ask of a password; see capabilities.ts. */
export interface PasswordRules {
    /** The health check runs: it puts the password into a URL and leaves `/` as it is. */
    readonly healthcheck: boolean;
    /** Scripts put the password into URLs and JSON unescaped: only what needs no escape can be allowed. @default false */
    readonly unescapedPassword?: boolean;
}

/** What keeps `password` from being the administrator's, empty if nothing does. */
export function checkPassword(password: string, rules: PasswordRules): string[] {
    const problems = checkIniValue(password);
    if (/^-(pbkdf2|hashed)-/.test(password)) {
        problems.push("must not begin with -pbkdf2- or -hashed-: CouchDB would take it for the hash of a password");
    }
    if (rules.unescapedPassword) {
        if (!/^[A-Za-z0-9._~-]*$/.test(password)) {
            problems.push("may contain letters, digits and . _ ~ - only, because CHT before 4.8.0 does not escape it");
        }
    } else if (rules.healthcheck && password.includes("/")) {
        problems.push("must not contain /, because the health check of CHT 4.x and of clusters cannot encode it");
    }
    return problems;
}

/** What keeps `user` from being the administrator's name: the entrypoint uses it as a regular expression. */
export function checkUser(user: string): string[] {
    return /^[A-Za-z0-9_-]+$/.test(user) ? [] : ["may contain letters, digits, _ and - only, at least one of them"];
}

/** What keeps `secret` from signing CouchDB's session cookies. */
export function checkSecret(secret: string): string[] {
    return checkSedText(secret);
}

/** What keeps `uuid` from being CouchDB's server identity. */
export function checkUuid(uuid: string): string[] {
    return checkSedText(uuid);
}

/** What keeps `database` from being the name of CHT's database, from which API makes others, `medic-sentinel`. */
export function checkDatabase(database: string): string[] {
    return /^[a-z][a-z0-9_-]{0,99}$/.test(database)
        ? []
        : [
              "must begin with a lower-case letter, followed by lower-case letters, digits, _ and - only, 100 in all at most",
          ];
}

/** `COUCH_URL`: how API and Sentinel reach CouchDB through HAProxy, as whom, and in which database. */
export function couchUrl(target: {
    readonly user: string;
    readonly password: string;
    /** HAProxy's name. @default haproxy, which every platform resolves within the instance */
    readonly host?: string;
    /** @default 5984 */
    readonly port?: number;
    readonly database: string;
}): string {
    const { host = "haproxy", port = PORTS.haproxy } = target;
    const [user, password, database] = [target.user, target.password, target.database].map(encodeURIComponent);
    return `http://${user}:${password}@${host}:${port}/${database}`;
}

/** The entrypoint writes secret and uuid with sed's `a` command, and nodes of a cluster read them from one another as JSON. */
function checkSedText(text: string): string[] {
    const problems = checkIniValue(text);
    if (/[\\"]/.test(text)) {
        problems.push("must not contain \\ or \", because CouchDB's start script changes them");
    }
    return problems;
}

/** A value that CouchDB reads back from its ini file as it was written there. */
function checkIniValue(text: string): string[] {
    const problems: string[] = [];
    if (text === "") {
        problems.push("must not be empty");
    }
    if (!/^[\x20-\x7e]*$/.test(text)) {
        problems.push("may contain printable ASCII characters only");
    }
    if (/^\s|\s$/.test(text)) {
        problems.push("must not begin or end with a blank, which CouchDB cuts off");
    }
    if (/\s;/.test(text)) {
        problems.push("must not contain a blank followed by ;, where CouchDB begins a comment");
    }
    if (/\s=|=\s/.test(text)) {
        problems.push("must not contain a blank beside =, which older CouchDB drops");
    }
    return problems;
}
