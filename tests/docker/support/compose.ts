/** An install of Compose files in the official shape, as an operator has it: a folder with `.env`, and `docker-compose`. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Result, run } from "../../support/processes";
import { engine, limitsCanBeRaised } from "./engine";

const files = resolve(__dirname, "../../../../tests/docker/compose");

export interface InstallOptions {
    readonly project: string;
    readonly network: string;
    readonly user: string;
    readonly password: string;
    readonly ports: { readonly http: number; readonly https: number };
}

export class ComposeInstall {
    /** Where the `.env` and the data are. */
    readonly folder = mkdtempSync(join(tmpdir(), "cht-compose-"));
    readonly data = join(this.folder, "couchdb");

    constructor(private readonly options: InstallOptions) {
        mkdirSync(this.data);
        const { network, user, password, ports } = options;
        const variables = {
            CHT_NETWORK: network,
            COUCHDB_USER: user,
            COUCHDB_PASSWORD: password,
            COUCHDB_SECRET: "b7e0c1d2-secret-of-compose",
            COUCHDB_UUID: "5f3a9e2c-uuid-of-compose",
            COUCHDB_DATA: this.data,
            NGINX_HTTP_PORT: `127.0.0.1:${ports.http}`,
            NGINX_HTTPS_PORT: `127.0.0.1:${ports.https}`,
            DEFAULT_ULIMIT: limitsCanBeRaised() ? "false" : "true",
        };
        const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
        writeFileSync(join(this.folder, ".env"), lines.join(""));
    }

    async up(): Promise<void> {
        const { code, stderr } = await this.compose("up", "--detach");
        assert.equal(code, 0, stderr);
    }

    /** Takes everything away, the data too. */
    async remove(): Promise<void> {
        await this.compose("down", "--volumes", "--timeout", "2");
        rmSync(this.folder, { recursive: true, force: true });
    }

    compose(...args: string[]): Promise<Result> {
        const named = ["cht-core.yml", "cht-couchdb.yml"].flatMap((file) => ["--file", join(files, file)]);
        const place = ["--project-directory", this.folder, "--project-name", this.options.project];
        const env = { ...process.env, DOCKER_HOST: engine.host };
        return run("docker-compose", [...named, ...place, ...args], { cwd: this.folder, env });
    }
}
