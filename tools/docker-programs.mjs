/**
 * What the Docker host's tests and benchmarks run beside the engine, for tools/catalogue.mjs; and Pulumi's Docker plugin, as
 * it is built where the official one cannot be had.
 */

/** @typedef {import("./catalogue.mjs").Program} Program */

/**
 * The certificate authority that the ACME protocol's authors test with.
 * @param {string} version @param {boolean} known @param {string} target
 * @returns {Program}
 */
export function pebble(version, known, target) {
    const release = `https://github.com/letsencrypt/pebble/releases/download/v${version}`;
    const commands = ["pebble", "pebble-challtestsrv"];
    return {
        version,
        commands,
        versionCommand: ["pebble", "-version"],
        release: known
            ? {
                  assets: commands.map((name) => ({
                      url: `${release}/${name}-${target}.tar.gz`,
                      checksums: `https://api.github.com/repos/letsencrypt/pebble/releases/tags/v${version}`,
                      unpack: { [name]: `${name}-${target}/${target.replace("-", "/")}/${name}` },
                  })),
              }
            : undefined,
        source: {
            module: "pebble",
            gigabytes: 0.2,
            builds: commands.map((name) => ({
                package: `github.com/letsencrypt/pebble/v2/cmd/${name}`,
                output: name,
                ldflags: `-X main.version=${version}`,
            })),
        },
    };
}

/**
 * @param {string} version @param {boolean} known @param {NodeJS.Platform} platform @param {string} arch as Node names it
 * @returns {Program}
 */
export function compose(version, known, platform, arch) {
    const release = `https://github.com/docker/compose/releases/download/v${version}`;
    const file = `docker-compose-${platform}-${arch === "x64" ? "x86_64" : "aarch64"}`;
    return {
        version,
        commands: ["docker-compose"],
        versionCommand: ["docker-compose", "version"],
        release: known
            ? { assets: [{ url: `${release}/${file}`, checksums: `${release}/checksums.txt`, name: "docker-compose" }] }
            : undefined,
        source: {
            module: "compose",
            gigabytes: 2,
            builds: [
                {
                    package: "github.com/docker/compose/v2/cmd",
                    output: "docker-compose",
                    ldflags: `-X github.com/docker/compose/v2/internal.Version=v${version}`,
                },
            ],
        },
    };
}

/**
 * The plugin has no release here: the official one is installed by Pulumi itself.
 * @param {string} version that of the npm package
 * @returns {Program}
 */
export function dockerPlugin(version) {
    return {
        version,
        commands: ["pulumi-resource-docker"],
        versionCommand: ["pulumi-resource-docker", "--version"],
        release: undefined,
        source: {
            module: "docker-plugin",
            gigabytes: 3,
            builds: [
                {
                    package: ".",
                    output: "pulumi-resource-docker",
                    ldflags: `-X main.version=${version}`,
                    // The provider's own Compose resource would bring Compose and BuildKit along.
                    tags: "no_compose",
                },
            ],
        },
    };
}
