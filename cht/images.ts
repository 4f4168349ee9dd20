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

const REPOSITORIES: Readonly<Record<Exclude<Role, "upgrade-service">, string>> = {
    couchdb: "cht-couchdb",
    nouveau: "cht-couchdb-nouveau",
    haproxy: "cht-haproxy",
    healthcheck: "cht-haproxy-healthcheck",
    api: "cht-api",
    sentinel: "cht-sentinel",
    nginx: "cht-nginx",
};

/** The image that runs `role`: every image of a CHT release carries the release's version as its tag. */
export function imageFor(
    role: Role,
    version: ChtVersion,
    source: ImageSource,
    platform: Platform = "kubernetes",
): string {
    if (role === "upgrade-service") {
        return source.upgradeService ?? UPGRADE_SERVICE[platform];
    }
    const registry = (source.registry ?? MEDIC_REGISTRY).replace(/\/+$/, "");
    return `${registry}/${REPOSITORIES[role]}:${version.tag}`;
}
