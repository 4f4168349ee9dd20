import fc from "fast-check";
import type { InstanceSettings, Platform } from "../../../cht/model";
import { dockerAddress, serviceAddress } from "../../../cht/names";
import { resourcesFor } from "../../../cht/sizing";
import { parseVersion } from "../../../cht/version";

/** Settings with nothing special about them, in the namespace `uat`; on Docker with a self-signed certificate. */
export function settings(
    version: string,
    couchdbNodes = 1,
    platform: Platform = "kubernetes",
    changes: Partial<InstanceSettings> = {},
): InstanceSettings {
    return {
        version: parseVersion(version),
        platform,
        couchdbNodes,
        database: "medic",
        logLevel: "info",
        buildsUrl: "https://builds.example.org/builds",
        addServernameToHttpAgent: false,
        proxyChangeOrigin: false,
        images: {},
        dataPath: "data",
        resources: resourcesFor(undefined),
        ...(platform === "docker" ? { certificate: { kind: "self-signed", host: "localhost" } } : {}),
        address: platform === "kubernetes" ? serviceAddress("uat") : dockerAddress(couchdbNodes),
        ...changes,
    };
}

/** One release of each kind: before 5.0, with one nouveau, with a nouveau per node. */
export const RELEASES = ["4.22.0", "5.2.0", "5.3.0"] as const;

/** Any version that can be hosted, branches among them. */
export const versions = fc
    .record({
        major: fc.integer({ min: 4, max: 9 }),
        minor: fc.nat({ max: 30 }),
        patch: fc.nat({ max: 30 }),
        branch: fc.option(fc.stringMatching(/^[a-z0-9][a-z0-9_.-]{0,8}$/)),
    })
    .map(({ major, minor, patch, branch }) =>
        parseVersion(`${major}.${minor}.${patch}${branch === null ? "" : `-${branch}`}`),
    );
