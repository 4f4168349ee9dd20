import assert from "node:assert/strict";
import { describeInstance } from "../../../cht/describe";
import type { InstanceSettings, Mount, Platform } from "../../../cht/model";
import { settings } from "./settings";

type Given = [version: string, nodes?: number, platform?: Platform, changes?: Partial<InstanceSettings>];

describe("mounts", () => {
    const where = (mount: Mount) =>
        mount.kind === "data"
            ? `data/${mount.subPath} at ${mount.path}`
            : `${mount.kind} ${mount.name} at ${mount.path}`;
    const mounts = (...given: Given) =>
        Object.fromEntries(
            describeInstance(settings(...given)).workloads.flatMap(({ service, initContainers, containers }) =>
                [...initContainers, ...containers].map((container) => [
                    container.role === "nouveau" ? `${service} nouveau` : container.name,
                    container.mounts.map(where),
                ]),
            ),
        ) as Record<string, string[]>;
    const LOCAL = "at /opt/couchdb/etc/local.d";

    it("of a cluster on Kubernetes", () => {
        assert.deepEqual(mounts("5.3.0", 2, "kubernetes", { dataPath: "storage/node%d/data" }), {
            "cht-couchdb-1": ["data/storage/node1/data at /opt/couchdb/data", `data/local.d ${LOCAL}`],
            "couchdb-1 nouveau": ["data/data at /data/nouveau", "scratch nouveau-tmp at /tmp"],
            "cht-couchdb-2": ["data/storage/node2/data at /opt/couchdb/data", `data/local.d ${LOCAL}`],
            "couchdb-2 nouveau": ["data/data at /data/nouveau", "scratch nouveau-tmp at /tmp"],
            "cht-haproxy-healthcheck": [],
            "copy-haproxy-configuration": ["scratch haproxy-configuration at /writable"],
            "cht-haproxy": [
                "scratch haproxy-configuration at /usr/local/etc/haproxy",
                "scratch haproxy-storage at /srv/storage",
            ],
            "copy-api-webapp": ["scratch api-webapp at /writable"],
            "cht-api": ["scratch api-webapp at /service/api/build/static/webapp", "scratch api-tmp at /tmp"],
            "cht-sentinel": [],
        });
    });

    it("of data in the volume's root", () => {
        const { "cht-couchdb": couchdb } = mounts("4.22.0", 1, "kubernetes", { dataPath: "" });
        assert.deepEqual(couchdb, ["data/ at /opt/couchdb/data", `data/local.d ${LOCAL}`]);
    });

    it("on Docker", () => {
        assert.deepEqual(mounts("5.3.0", 2, "docker", { dataPath: "" }), {
            "nouveau-1 nouveau": ["data/nouveau at /data/nouveau", "scratch nouveau-tmp at /tmp"],
            "nouveau-2 nouveau": ["data/nouveau at /data/nouveau", "scratch nouveau-tmp at /tmp"],
            "cht-couchdb-1": ["data/ at /opt/couchdb/data", `volume cht-credentials ${LOCAL}`],
            "cht-couchdb-2": ["data/ at /opt/couchdb/data", `volume cht-credentials-2 ${LOCAL}`],
            "cht-haproxy-healthcheck": [],
            "cht-haproxy": [],
            "cht-api": [],
            "cht-sentinel": [],
            "cht-certificate": ["volume cht-ssl at /etc/nginx/private"],
            "cht-nginx": ["volume cht-ssl at /etc/nginx/private"],
        });
        const { "upgrade-service": upgrades } = mounts("5.2.0", 1, "docker", { upgradeService: true });
        assert.deepEqual(upgrades, ["scratch compose-files at /docker-compose"], "no Compose file, and no socket");
        const { "nouveau nouveau": nouveau } = mounts("5.2.0", 1, "docker", { dataPath: "data" });
        assert.deepEqual(nouveau, ["data/data/nouveau at /data/nouveau", "scratch nouveau-tmp at /tmp"]);
    });
});
