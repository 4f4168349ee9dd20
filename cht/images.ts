import type { ChtVersion, ImageSource, Platform, Role } from "./model";

/** Where Medic publishes CHT's images. @see https://gallery.ecr.aws/medic */
export const MEDIC_REGISTRY = "public.ecr.aws/medic";

/**
 * The upgrade service's images: a product of its own, with versions of its own.
 *
 * @see medic/helm-charts charts/cht-chart-4x/templates/upgrade-service-deployment.yaml, medic/cht-upgrade-service docker-compose.yml
 */
const UPGRADE_SERVICE: Readonly<Record<Platform, string>> = {
    kubernetes: "medicmobile/upgrade-service:0.32",
    docker: "public.ecr.aws/s5s3h4s7/cht-upgrade-service:latest",
};

/** The ACME client: a product of its own. @see https://hub.docker.com/r/certbot/certbot */
const ACME = "certbot/certbot:v5.1.0";

const REPOSITORIES: Readonly<Record<Exclude<Role, "upgrade-service" | "certificate">, string>> = {
    couchdb: "cht-couchdb",
    nouveau: "cht-couchdb-nouveau",
    haproxy: "cht-haproxy",
    healthcheck: "cht-haproxy-healthcheck",
    api: "cht-api",
    sentinel: "cht-sentinel",
    nginx: "cht-nginx",
};

/**
 * The image that runs `role`: every image of a CHT release carries the release's version as its tag. With a digest, that
 * alone counts; the tag stays for people to read.
 *
 * @param acme Whether the certificate comes from an ACME client; else the companion has nginx's image, with openssl and curl.
 */
export function imageFor(
    role: Role,
    version: ChtVersion,
    source: ImageSource,
    platform: Platform = "kubernetes",
    acme = false,
): string {
    if (role === "certificate") {
        return acme ? (source.acme ?? ACME) : imageFor("nginx", version, source, platform);
    }
    if (role === "upgrade-service") {
        return source.upgradeService ?? UPGRADE_SERVICE[platform];
    }
    const registry = (source.registry ?? MEDIC_REGISTRY).replace(/\/+$/, "");
    const digest = source.digests?.[role];
    return `${registry}/${REPOSITORIES[role]}:${version.tag}${digest === undefined ? "" : `@${digest}`}`;
}
