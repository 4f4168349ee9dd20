import { posix } from "node:path";
import { Readable } from "node:stream";
import { pack } from "tar-stream";
import { couchUrl } from "../../cht/credentials";
import { terminateAndWait } from "../../cht/shutdown";
import type { HostPlan } from "../../config/docker/host-plan";
import type { Engine } from "../../docker/client";
import { mountAt } from "../../docker/container";
import type { Container } from "../../docker/types";
import { CREDENTIALS_FILE, keptCredentials } from "./credentials";

/**
 * Ends the containers of the official Compose files, before the first of ours is created: two CouchDBs on one folder would
 * destroy it. The upgrade service goes first, which would start the others again; CouchDB last, and ended cleanly. What
 * opens its data is kept on its volume before its container, the only place that knows it, goes.
 */
export async function takeOver(engine: Engine, plan: HostPlan): Promise<void> {
    const found: Container[] = [];
    for (const { id } of plan.takeOver) {
        const container = await engine.containers.inspect(id);
        if (container !== undefined) found.push(container);
    }
    // Compose's restart policy is `always`: what ends by itself would come back.
    for (const { Id } of found) await engine.containers.update(Id, { restart: "no" });
    await endAll(engine, found.filter(isUpgradeService));
    await endAll(
        engine,
        found.filter((container) => !isUpgradeService(container) && !hasCouchdb(container)),
    );
    for (const container of found.filter(hasCouchdb)) {
        if (container.State.Running) await engine.containers.exec(container.Id, terminateAndWait("beam.smp"));
        await engine.containers.stop(container.Id, COUCHDB_SECONDS);
        await keepCredentials(engine, plan, container);
        await engine.containers.remove(container.Id, { force: true });
    }
}

/** What has nothing to write. Most of CHT's processes ignore that they are told to end, and are killed when this is over. */
const STOP_SECONDS = 5;
const COUCHDB_SECONDS = 30;

async function endAll(engine: Engine, containers: readonly Container[]): Promise<void> {
    await Promise.all(
        containers.map(async ({ Id }) => {
            await engine.containers.stop(Id, STOP_SECONDS);
            await engine.containers.remove(Id, { force: true });
        }),
    );
}

async function keepCredentials(engine: Engine, plan: HostPlan, container: Container): Promise<void> {
    const { user, live } = plan.credentials;
    const { dir: folder, base: file } = posix.parse(CREDENTIALS_FILE);
    // Compose gives the second and third node of a cluster no volume for it.
    if (live === undefined || mountAt(container, folder) === undefined) return;
    const { password, secret, uuid } = live;
    const content = keptCredentials({
        version: /:([^:/@]+)(@|$)/.exec(container.Config.Image)?.[1] ?? plan.version,
        values: {
            COUCHDB_USER: user,
            COUCHDB_PASSWORD: password,
            ...(secret === undefined ? {} : { COUCHDB_SECRET: secret }),
            ...(uuid === undefined ? {} : { COUCHDB_UUID: uuid }),
            COUCH_URL: couchUrl({ user, password, database: plan.database }),
        },
    });
    const tar = pack();
    tar.entry({ name: file, mode: 0o600 }, content);
    tar.finalize();
    await engine.containers.putArchive(container.Id, folder, Readable.from(tar));
}

function isUpgradeService({ Config }: Container): boolean {
    return /(^|\/)cht-upgrade-service(:|@|$)/.test(Config.Image);
}

function hasCouchdb(container: Container): boolean {
    return mountAt(container, "/opt/couchdb/data") !== undefined;
}
