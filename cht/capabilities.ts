import type { ChtVersion, InstanceSettings, Platform } from "./model";
import { isAtLeast } from "./version";

/** What of CHT's processes and behaviour depends on the version, the topology and the platform. */
export interface Capabilities {
    /** Where the full-text index runs: nowhere, beside CouchDB's first node, or beside every node. */
    readonly nouveau: "none" | "first-node" | "every-node";
    /** Whether HAProxy asks the health check which nodes are well, instead of the only node itself. */
    readonly healthcheck: boolean;
    /** Whether the health check installs its Python packages from the internet whenever it starts. */
    readonly healthcheckInstallsPackages: boolean;
    /** Whether the service runs that an administrator's click on "upgrade" reaches. */
    readonly upgradeService: boolean;
    /** Whether API and Sentinel read `LOG_LEVEL`. */
    readonly logLevel: boolean;
    /** Whether HAProxy's image writes the credentials below `/srv/storage` when it starts. */
    readonly haproxyStoresCredentials: boolean;
    /** Whether scripts of the images put the password into URLs and JSON as it is, unescaped. */
    readonly unescapedPassword: boolean;
}

/** {@link capabilities} of an instance. */
export function capabilitiesOf(
    settings: Pick<InstanceSettings, "version" | "couchdbNodes" | "platform" | "upgradeService">,
): Capabilities {
    return capabilities(settings.version, settings.couchdbNodes, settings.platform, settings.upgradeService);
}

/**
 * Decides them.
 *
 * - Nouveau came with 5.0.0; its address can be chosen per node from 5.3.0 (cht-core#11125), so that before one serves all.
 * - The health check is there in every 4.x, and from 5.0.0 in clusters only (cht-core haproxy/entrypoint.sh). The image of
 *   versions before 4.6.0 runs `pip install` at each start (haproxy-healthcheck/check-entrypoint.sh).
 * - The upgrade service runs in Kubernetes with 4.x only: from 5.0.0 an administrator's click and the stack file would fight
 *   over the version. On Docker it is there when it is asked for, with neither the
 *   engine's socket nor Compose files: given those, a click would start a second CouchDB on the same data. As it is, it
 *   answers a click with "Existing installation not found", and the version changes in the stack file only
 *   (medic/cht-upgrade-service src/containers.js).
 * - `LOG_LEVEL` came with 5.1.0 (cht-docs hosting/cht/docker/logs.md).
 * - HAProxy's entrypoint stores the credentials in every 4.x, and from 5.0.0 in clusters only.
 * - Passwords are escaped since 4.8.0 (cht-core#8599).
 */
export function capabilities(
    version: ChtVersion,
    couchdbNodes: number,
    platform: Platform,
    upgradeService = false,
): Capabilities {
    const from5 = isAtLeast(version, "5.0.0");
    const cluster = couchdbNodes > 1;
    return {
        nouveau: !from5 ? "none" : isAtLeast(version, "5.3.0") ? "every-node" : "first-node",
        healthcheck: !from5 || cluster,
        healthcheckInstallsPackages: !isAtLeast(version, "4.6.0"),
        upgradeService: platform === "kubernetes" ? !from5 : upgradeService,
        logLevel: isAtLeast(version, "5.1.0"),
        haproxyStoresCredentials: !from5 || cluster,
        unescapedPassword: !isAtLeast(version, "4.8.0"),
    };
}
