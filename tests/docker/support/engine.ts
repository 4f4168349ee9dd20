/** The Docker engine of the tests, looked at with the docker command: by exact names, never by parts of them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type Result, run } from "../../support/processes";

/** What `docker container inspect` tells, as far as tests look at it. */
export interface ContainerState {
    readonly Id: string;
    readonly Name: string;
    readonly State: {
        readonly Status: string;
        readonly Running: boolean;
        readonly ExitCode: number;
        readonly StartedAt: string;
        readonly Health?: { readonly Status: string };
    };
    readonly Config: {
        readonly Image: string;
        readonly Env: readonly string[];
        readonly Labels: Readonly<Record<string, string>>;
        readonly StopSignal?: string;
        readonly StopTimeout?: number;
        readonly Hostname: string;
    };
    readonly HostConfig: {
        readonly RestartPolicy: { readonly Name: string };
        readonly LogConfig: { readonly Type: string; readonly Config: Readonly<Record<string, string>> };
        readonly Memory: number;
        readonly MemorySwap: number;
        readonly Privileged: boolean;
        readonly SecurityOpt?: readonly string[] | null;
        readonly CapDrop?: readonly string[] | null;
        readonly Ulimits?: readonly { readonly Name: string; readonly Hard: number }[] | null;
        readonly PortBindings?: Readonly<Record<string, readonly { HostIp: string; HostPort: string }[]>> | null;
    };
    readonly Mounts: readonly {
        readonly Type: string;
        readonly Name?: string;
        readonly Source: string;
        readonly Destination: string;
    }[];
    readonly NetworkSettings: {
        readonly Networks: Readonly<Record<string, { readonly Aliases: readonly string[] | null }>>;
    };
}

export class Engine {
    /** @param env what the docker command needs beside the address, such as a PATH with another ssh */
    constructor(
        readonly host: string,
        private readonly env: NodeJS.ProcessEnv = {},
    ) {}

    docker(args: readonly string[], input?: string): Promise<Result> {
        const env = { ...process.env, ...this.env, DOCKER_HOST: this.host, DOCKER_BUILDKIT: "0" };
        return run("docker", args, { cwd: "/", env, input });
    }

    /** A call that must succeed; what it prints, without the last line's end. */
    async ask(...args: string[]): Promise<string> {
        const { code, stdout, stderr } = await this.docker(args);
        assert.equal(code, 0, `docker ${args.join(" ")}: ${stderr}`);
        return stdout.trimEnd();
    }

    async exec(container: string, ...command: string[]): Promise<string> {
        return this.ask("exec", container, ...command);
    }

    async container(name: string): Promise<ContainerState> {
        const [found] = JSON.parse(await this.ask("container", "inspect", name)) as ContainerState[];
        assert.ok(found);
        return found;
    }

    async variable(container: string, name: string): Promise<string | undefined> {
        const { Config } = await this.container(container);
        return Config.Env.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1);
    }

    /** What there is of an instance or Compose project: every object whose name begins with it and a separator. */
    async objects(instance: string): Promise<{ containers: string[]; networks: string[]; volumes: string[] }> {
        const names = async (...list: string[]): Promise<string[]> => {
            const all = (await this.ask(...list)).split("\n").filter(Boolean);
            return all.filter((name) => /^[-_]/.test(name.slice(instance.length)) && name.startsWith(instance)).sort();
        };
        return {
            containers: await names("container", "ls", "--all", "--format", "{{.Names}}"),
            networks: await names("network", "ls", "--format", "{{.Name}}"),
            volumes: await names("volume", "ls", "--format", "{{.Name}}"),
        };
    }

    /** Whose containers run, with what they run, as far as they are of `instance`. */
    async started(instance: string): Promise<Record<string, string>> {
        const { containers } = await this.objects(instance);
        const states = await Promise.all(containers.map((name) => this.container(name)));
        return Object.fromEntries(states.map(({ Name, Id, State }) => [Name.slice(1), `${Id} ${State.StartedAt}`]));
    }

    /** Takes away what is left of the instances, by the exact names found. */
    async sweep(...instances: string[]): Promise<void> {
        for (const instance of instances) {
            const { containers, networks, volumes } = await this.objects(instance);
            if (containers.length > 0) await this.docker(["rm", "--force", "--volumes", ...containers]);
            if (networks.length > 0) await this.docker(["network", "rm", ...networks]);
            if (volumes.length > 0) await this.docker(["volume", "rm", ...volumes]);
        }
    }
}

/** The engine that the suite runs on: given by its runner, or the person's own. */
export const engine = new Engine(process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock");

/**
 * Whether containers can be given 200,000 open files. Not where the engine itself has fewer and may not raise them, in a
 * container or a sandbox: there `defaultUlimit: true` is what the documentation tells operators to write.
 */
export function limitsCanBeRaised(): boolean {
    const [, hard = "0"] =
        /^Max open files\s+\d+\s+(\d+|unlimited)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
    return hard === "unlimited" || Number(hard) >= 200_000;
}
