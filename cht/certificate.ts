import { isIPv4 } from "node:net";
import { PORTS } from "./ports";

/**
 * Where the certificate of a Docker host comes from. A companion of nginx keeps it: cht-nginx itself makes a certificate of
 * 365 days once, and renews nothing. On Kubernetes the ingress has a certificate of its own.
 */
export type CertificateSource =
    /** Made on the host, for `host` alone. */
    | { readonly kind: "self-signed"; readonly host: string }
    /** Given by the operator: the companion finds both files in {@link OWN_CERTIFICATE}. */
    | { readonly kind: "own" }
    | {
          readonly kind: "acme";
          readonly host: string;
          readonly email?: string;
          /** The ACME directory's URL. @default - Let's Encrypt's */
          readonly server?: string;
          /** Whether the companion finds the server's authority in {@link ACME_AUTHORITY}. @default false */
          readonly certificateAuthority?: boolean;
      }
    /** Fetched from a service that gives everybody the certificate and the key of names that mean local addresses. */
    | { readonly kind: "local-ip"; readonly host: string; readonly source?: string };

/** Medic's service for developers, `https://192-168-1-10.local-ip.medicmobile.org`. @see medic/cht-core scripts/docker-helper */
export const LOCAL_IP_SOURCE = "https://local-ip.medicmobile.org";

/** The volume that nginx and its companion share, where nginx looks for the certificate. */
export const CERTIFICATE_FOLDER = "/etc/nginx/private";

/** Where the operator's own certificate and key are put into the companion. */
export const OWN_CERTIFICATE = { certificate: "/cht-hosting/own/cert.pem", key: "/cht-hosting/own/key.pem" } as const;

/** Where the certificate of a private ACME server's authority is put into the companion. */
export const ACME_AUTHORITY = "/cht-hosting/authority.pem";

/** Days before its end in which a certificate is renewed. */
const RENEW_DAYS = 30;

/** How long the companion waits after it looked, and after it failed, in seconds. */
const PERIODS = { "self-signed": 3_600, own: 3_600, acme: 43_200, "local-ip": 86_400 } as const;
const RETRY_SECONDS = 600;

/**
 * A POSIX shell's program that keeps `cert.pem` and `key.pem` in `folder`, and ends on TERM. What is there counts as long as
 * it is for the host and lasts another 30 days, whoever made it.
 *
 * Files come into their place by rename, the key first: nginx never reads half a file, and its reload hook
 * ({@link reloadHook}) waits until both belong together.
 *
 * With ACME nginx answers the challenge, and cannot start without a certificate: hence a self-signed one first, and the
 * first order once nginx serves what lies in the challenge's folder. The account and the orders are kept beside the
 * certificate, so that a new container asks for no new certificate.
 */
export function certificateScript(source: CertificateSource, folder: string = CERTIFICATE_FOLDER): string {
    return [
        "set -u",
        "umask 077",
        `folder=${quoted(folder)}`,
        `mkdir -p "$folder" && cd "$folder" || exit 1`,
        ...("host" in source ? matching(source.host) : []),
        INSTALL,
        ...OBTAIN[source.kind](source),
        // A shell that is process 1 ignores TERM unless it has a trap, and runs that only between commands.
        "asleep=",
        `trap '[ -z "$asleep" ] || kill "$asleep"; exit 0' TERM INT`,
        `pause() { sleep "$1" & asleep=$!; wait "$asleep"; asleep=; }`,
        ...(source.kind === "acme" ? [waitForNginx()] : []),
        `while :; do`,
        `  if obtain; then pause ${PERIODS[source.kind]}; else pause ${RETRY_SECONDS}; fi`,
        "done",
    ].join("\n");
}

/** Whether a certificate is there with its key, and does not end within a day. */
export function certificateHealth(folder: string = CERTIFICATE_FOLDER): string {
    return `[ -s ${quoted(`${folder}/key.pem`)} ] && openssl x509 -noout -checkend 86400 -in ${quoted(`${folder}/cert.pem`)}`;
}

/**
 * Run by the nginx image's entrypoint, before nginx: it goes on in the background and has nginx read certificate and key
 * anew when they have changed and nginx accepts them. Without it a renewed certificate stays unused until nginx starts anew,
 * which was an incident in production (medic/cht-docs#2114).
 *
 * @see https://github.com/nginx/docker-nginx entrypoint/docker-entrypoint.sh
 */
export function reloadHook(folder: string = CERTIFICATE_FOLDER, everySeconds = 10): string {
    return [
        "#!/bin/sh",
        `cd ${quoted(folder)} || exit 1`,
        "content() { cat cert.pem key.pem 2>/dev/null | openssl dgst -sha256; }",
        "known=$(content)",
        "(",
        `  while sleep ${everySeconds}; do`,
        "    now=$(content)",
        `    [ "$now" = "$known" ] && continue`,
        "    nginx -t -q || continue",
        `    nginx -s reload && known=$now && echo "The certificate has changed: nginx reads it anew."`,
        "  done",
        ") &",
    ].join("\n");
}

/** Where the nginx image runs it. After `ssl-install.sh` or before makes no difference. */
export const RELOAD_HOOK_PATH = "/docker-entrypoint.d/90-cht-hosting-reload.sh";

/** `current`: what is there is for the host, and lasts. `self_signed`: makes one. */
function matching(host: string): string[] {
    const address = isIPv4(host);
    const names = [`${address ? "IP" : "DNS"}:${host}`, ...(host === "localhost" ? ["IP:127.0.0.1"] : [])];
    return [
        `current() {`,
        `  [ -s key.pem ] && openssl x509 -noout -checkend ${RENEW_DAYS * 86_400} -in cert.pem >/dev/null 2>&1 || return 1`,
        `  openssl x509 -noout -check${address ? "ip" : "host"} ${quoted(host)} -in cert.pem | grep -q 'does match'`,
        `}`,
        `self_signed() {`,
        `  openssl req -x509 -newkey rsa:2048 -nodes -days 365 -keyout .key.new -out .cert.new -subj '/O=Community Health Toolkit' -addext ${quoted(`subjectAltName=${names.join(",")}`)} 2>/dev/null && install_new`,
        `}`,
    ];
}

const INSTALL = [
    `install_new() {`,
    `  [ "$(openssl x509 -noout -pubkey -in .cert.new)" = "$(openssl pkey -pubout -in .key.new)" ] || { echo "The certificate and the key do not belong together." >&2; return 1; }`,
    `  chmod 600 .key.new && chmod 644 .cert.new && mv .key.new key.pem && mv .cert.new cert.pem && echo "There is a new certificate, until $(openssl x509 -noout -enddate -in cert.pem | cut -d= -f2)."`,
    `}`,
].join("\n");

type Obtain = { readonly [Kind in CertificateSource["kind"]]: (source: CertificateSource) => string[] };

/** `obtain`: fails where the certificate is not what it should be, and is called again. */
const OBTAIN: Obtain = {
    "self-signed": () => ["obtain() { current || self_signed; }"],
    own: () => [
        "obtain() {",
        `  cmp -s ${OWN_CERTIFICATE.certificate} cert.pem && cmp -s ${OWN_CERTIFICATE.key} key.pem && return`,
        `  cp ${OWN_CERTIFICATE.certificate} .cert.new && cp ${OWN_CERTIFICATE.key} .key.new && install_new`,
        "}",
    ],
    acme: (source) => (source.kind === "acme" ? acme(source) : []),
    "local-ip": (source) => (source.kind === "local-ip" ? localIp(source) : []),
};

function acme({ host, email, server, certificateAuthority }: Extract<CertificateSource, { kind: "acme" }>): string[] {
    const options = [
        "certonly --non-interactive --agree-tos --keep-until-expiring --webroot",
        `--cert-name ${quoted(host)} -d ${quoted(host)}`,
        `--webroot-path "$folder/certbot" --config-dir "$folder/letsencrypt" --work-dir /tmp/certbot --logs-dir /tmp/certbot`,
        email === undefined ? "--register-unsafely-without-email" : `--email ${quoted(email)}`,
        ...(server === undefined ? [] : [`--server ${quoted(server)}`]),
    ];
    return [
        ...(certificateAuthority ? [`export REQUESTS_CA_BUNDLE=${ACME_AUTHORITY}`] : []),
        // nginx reads the challenge as another user.
        `mkdir -p certbot/.well-known/acme-challenge && chmod 755 . certbot certbot/.well-known certbot/.well-known/acme-challenge`,
        "[ -s cert.pem ] && [ -s key.pem ] || self_signed || exit 1",
        "obtain() {",
        `  (umask 022; certbot ${options.join(" ")}) || return`,
        `  live="$folder/letsencrypt/live"/${quoted(host)}`,
        `  cmp -s "$live/fullchain.pem" cert.pem && cmp -s "$live/privkey.pem" key.pem && return`,
        `  cp "$live/fullchain.pem" .cert.new && cp "$live/privkey.pem" .key.new && install_new`,
        "}",
    ];
}

/** certbot's image has Python, and neither curl nor wget for sure. */
function waitForNginx(): string {
    const path = "certbot/.well-known/acme-challenge/cht-hosting";
    const ask = `import urllib.request as r; r.urlopen("http://nginx:${PORTS.http}/.well-known/acme-challenge/cht-hosting", timeout=5)`;
    return [
        `echo ready > ${path} && chmod 644 ${path}`,
        `until python3 -c ${quoted(ask)} 2>/dev/null; do pause 2; done`,
        `rm -f ${path}`,
    ].join("\n");
}

function localIp({ source = LOCAL_IP_SOURCE }: Extract<CertificateSource, { kind: "local-ip" }>): string[] {
    const base = source.replace(/\/+$/, "");
    const get = (path: string, file: string) => `curl -fsSL -m 30 -o ${file} ${quoted(`${base}/${path}`)}`;
    return [
        "obtain() {",
        `  if ${get("fullchain", ".cert.new")} && ${get("key", ".key.new")}; then`,
        `    cmp -s .cert.new cert.pem && cmp -s .key.new key.pem && return`,
        `    install_new && return`,
        "  fi",
        `  echo "The certificate cannot be had from ${base}." >&2`,
        // Better a warning in the browser than no CHT: a developer's machine is not always in the network.
        `  [ -s cert.pem ] || self_signed`,
        "  return 1",
        "}",
    ];
}

function quoted(text: string): string {
    return `'${text.replaceAll("'", `'\\''`)}'`;
}
