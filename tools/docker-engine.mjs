/**
 * The Docker engine of the tests: the one that answers where the docker CLI looks, or else one of our own.
 */
import { execute } from "./command.mjs";
import { installDebianPackages, systemEnvironment } from "./debian.mjs";
import { dockerVariables, engineVersion, runningDockerds, startDockerd } from "./dockerd.mjs";
import { Failure } from "./failure.mjs";
import { say, step } from "./progress.mjs";

const defaultHost = "unix:///var/run/docker.sock";

/** What an engine of our own consists of, and what the tests of a remote host do. */
const packages = {
    dockerd: "docker.io",
    docker: "docker.io",
    containerd: "containerd",
    runc: "runc",
    iptables: "iptables",
    ip: "iproute2",
    setpriv: "util-linux",
    sshd: "openssh-server",
    ssh: "openssh-client",
    openssl: "openssl",
};

/**
 * @returns {Promise<import("./requirements.mjs").Provided>}
 * @throws {Failure} where there is no engine and none can be had
 */
export async function provideDockerEngine() {
    const host = await hostOfCli();
    const here = host.startsWith("unix://");
    const version = here ? await engineVersion(host) : undefined;
    if (version !== undefined) {
        say(`Docker engine ${version} at ${host} is used`);
        return { env: dockerVariables(host), release: async () => {} };
    }
    const none = here
        ? `no Docker engine answers at ${host}`
        : `the Docker engine at ${host} may be on another machine`;
    if (process.getuid?.() !== 0) throw new Failure(`${none}, and only root can start one`);
    const [other] = runningDockerds();
    if (other !== undefined) {
        throw new Failure(`${none}, and another runs beside it (process ${other}): DOCKER_HOST may say where it is`);
    }
    await installDebianPackages(packages).catch((error) => {
        throw error instanceof Failure ? new Failure(`${none}, and none can be started: ${error.message}`) : error;
    });
    const engine = await step("starting a Docker engine", () => startDockerd());
    return {
        env: dockerVariables(engine.host),
        release: () => step("stopping the Docker engine", () => engine.stop()),
    };
}

/** Where the docker CLI looks, its contexts included. */
async function hostOfCli() {
    if (process.env.DOCKER_HOST) return process.env.DOCKER_HOST;
    const { code, stdout } = await execute("docker", ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"], {
        env: systemEnvironment(),
    });
    return (code === 0 && stdout.trim()) || defaultHost;
}
