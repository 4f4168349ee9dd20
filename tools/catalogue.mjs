/**
 * Which programs the project needs, in which version, and the two ways to get each: the publisher's release archive, and
 * a build from the Go modules pinned in `tools/go/`.
 */
import { compose, dockerPlugin, pebble } from "./docker-programs.mjs";

/**
 * @typedef {object} Asset one file of a release
 * @property {string} url
 * @property {string} checksums the publisher's own SHA-256 for it: a list, a bare digest, or GitHub's release as JSON
 * @property {Record<string, string>} [unpack] installed name → path in the archive; without it the file is installed as `name`
 * @property {string} [name]
 */

/**
 * @typedef {object} Build one `go build`
 * @property {string} package
 * @property {string} output
 * @property {string} [ldflags] version numbers to link in
 * @property {string} [tags] build constraints to meet
 */

/**
 * @typedef {object} Source
 * @property {string} module folder in `tools/go`
 * @property {number} gigabytes what a first build takes on disk, Go's caches included
 * @property {Build[]} builds
 * @property {Record<string, string>} [links] further names of what was built
 */

/**
 * @typedef {object} Program
 * @property {string} version
 * @property {string[]} commands what the folder `.toolchain/bin` gets
 * @property {string[]} versionCommand prints the version
 * @property {{ assets: Asset[], scripts?: Record<string, string> } | undefined} release `undefined`: none for this platform
 * @property {Source} source
 */

/** The official Kubernetes programs behind the one name that the sandbox calls, as the built program is. */
const dispatch = `#!/bin/sh
folder=$(dirname "$(readlink -f "$0")")
program=$1
shift
exec "$folder/$program" "$@"
`;

/**
 * @param {NodeJS.Platform} [platform]
 * @param {string} [arch] as Node names it
 * @returns {Record<string, Program>}
 */
export function catalogue(platform = process.platform, arch = process.arch) {
    const goArch = arch === "x64" ? "amd64" : arch;
    const target = `${platform}-${goArch}`;
    const known = ["linux", "darwin"].includes(platform) && ["x64", "arm64"].includes(arch);
    const linux = known && platform === "linux";
    return {
        pulumi: pulumi("3.259.0", known, `${platform}-${arch}`),
        kubernetes: kubernetes({ kubernetes: "1.36.3", etcd: "3.6.8", kwok: "0.8.0" }, linux, goArch),
        helm: helm("3.20.2", known, target),
        "kube-score": kubeScore("1.20.0", known, target),
        pebble: pebble("2.10.1", known, target),
        compose: compose("2.40.3", known, platform, arch),
    };
}

/**
 * Provider plugins that are built from Go modules where Pulumi's own cannot be had, by name; the others have a stand-in in
 * `sandbox/plugins/`.
 * @type {Record<string, (version: string) => Program>}
 */
export const builtPlugins = { docker: dockerPlugin };

/** @returns {Program} */
function pulumi(/** @type {string} */ version, /** @type {boolean} */ known, /** @type {string} */ target) {
    return {
        version,
        commands: ["pulumi", "pulumi-language-nodejs"],
        versionCommand: ["pulumi", "version"],
        release: known
            ? {
                  assets: [
                      {
                          url: `https://get.pulumi.com/releases/sdk/pulumi-v${version}-${target}.tar.gz`,
                          checksums: `https://github.com/pulumi/pulumi/releases/download/v${version}/pulumi-${version}-checksums.txt`,
                          unpack: {
                              pulumi: "pulumi/pulumi",
                              "pulumi-language-nodejs": "pulumi/pulumi-language-nodejs",
                          },
                      },
                  ],
              }
            : undefined,
        source: {
            module: "pulumi",
            gigabytes: 4,
            builds: [
                {
                    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
                    output: "pulumi",
                    ldflags: `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`,
                },
                { package: "./pulumi-language-nodejs", output: "pulumi-language-nodejs" },
            ],
        },
    };
}

/**
 * @param {{ kubernetes: string, etcd: string, kwok: string }} versions
 * @param {boolean} known the control plane is published for Linux only
 * @param {string} arch
 * @returns {Program}
 */
function kubernetes(versions, known, arch) {
    const core = `https://dl.k8s.io/v${versions.kubernetes}/bin/linux/${arch}`;
    const etcd = `https://github.com/etcd-io/etcd/releases/download/v${versions.etcd}`;
    const etcdFolder = `etcd-v${versions.etcd}-linux-${arch}`;
    const kwok = `https://github.com/kubernetes-sigs/kwok/releases/download/v${versions.kwok}`;
    const kwokChecksums = `https://api.github.com/repos/kubernetes-sigs/kwok/releases/tags/v${versions.kwok}`;
    const linked = ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"].flatMap((path) => [
        `-X ${path}.gitVersion=v${versions.kubernetes}`,
        `-X ${path}.gitMajor=${versions.kubernetes.split(".")[0]}`,
        `-X ${path}.gitMinor=${versions.kubernetes.split(".")[1]}`,
        `-X ${path}.gitTreeState=clean`,
        `-X ${path}.buildDate=1970-01-01T00:00:00Z`,
    ]);
    return {
        version: versions.kubernetes,
        commands: ["sandbox-kubernetes", "kubectl"],
        versionCommand: ["sandbox-kubernetes", "kubectl", "version", "--client"],
        release: known
            ? {
                  assets: [
                      ...["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl"].map((name) => ({
                          url: `${core}/${name}`,
                          checksums: `${core}/${name}.sha256`,
                          name,
                      })),
                      {
                          url: `${etcd}/${etcdFolder}.tar.gz`,
                          checksums: `${etcd}/SHA256SUMS`,
                          unpack: { etcd: `${etcdFolder}/etcd` },
                      },
                      { url: `${kwok}/kwok-linux-${arch}`, checksums: kwokChecksums, name: "kwok" },
                  ],
                  scripts: { "sandbox-kubernetes": dispatch },
              }
            : undefined,
        source: {
            module: "kubernetes",
            gigabytes: 4,
            builds: [{ package: ".", output: "sandbox-kubernetes", ldflags: linked.join(" ") }],
            links: { kubectl: "sandbox-kubernetes" },
        },
    };
}

/** @returns {Program} */
function helm(/** @type {string} */ version, /** @type {boolean} */ known, /** @type {string} */ target) {
    const url = `https://get.helm.sh/helm-v${version}-${target}.tar.gz`;
    return {
        version,
        commands: ["helm"],
        versionCommand: ["helm", "version", "--short"],
        release: known
            ? { assets: [{ url, checksums: `${url}.sha256sum`, unpack: { helm: `${target}/helm` } }] }
            : undefined,
        source: {
            module: "helm",
            gigabytes: 2,
            builds: [
                {
                    package: "helm.sh/helm/v3/cmd/helm",
                    output: "helm",
                    ldflags: `-X helm.sh/helm/v3/internal/version.version=v${version}`,
                },
            ],
        },
    };
}

/** @returns {Program} */
function kubeScore(/** @type {string} */ version, /** @type {boolean} */ known, /** @type {string} */ target) {
    const release = `https://github.com/zegl/kube-score/releases/download/v${version}`;
    return {
        version,
        commands: ["kube-score"],
        versionCommand: ["kube-score", "version"],
        release: known
            ? {
                  assets: [
                      {
                          url: `${release}/kube-score_${version}_${target.replace("-", "_")}.tar.gz`,
                          checksums: `${release}/checksums.txt`,
                          unpack: { "kube-score": "kube-score" },
                      },
                  ],
              }
            : undefined,
        source: {
            module: "kube-score",
            gigabytes: 1,
            builds: [
                {
                    package: "github.com/zegl/kube-score/cmd/kube-score",
                    output: "kube-score",
                    ldflags: `-X main.version=${version}`,
                },
            ],
        },
    };
}
