import assert from "node:assert/strict";
import { runProgram } from "../support/program";

const config = {
    "cht-hosting:cluster": {
        kind: "existing",
        name: "test",
        kubeconfig: "kubeconfig",
        storage: { className: "gp3" },
        ingress: { kind: "nginx" },
    },
    "cht-hosting:instances": {
        one: {
            version: "5.3.0",
            host: "one.example.org",
            tls: { kind: "secret", secretName: "one" },
            couchdb: { nodes: 2 },
            sizing: { users: 100, documents: 200_000 },
        },
        two: {
            version: "4.22.0",
            host: "two.example.org",
            tls: { kind: "none" },
            namespace: "cht-two",
            couchdb: { volume: { kind: "new", size: "10Gi" } },
            remove: "two",
        },
    },
    "cht-hosting:one.password": { secure: "v1:canary" },
};

describe("the outputs of a stack", () => {
    it("are addresses and names, of instances that are there and of those that are removed", async () => {
        const { outputs } = await runProgram(config);
        assert.deepEqual(outputs, {
            instances: {
                one: {
                    url: "https://one.example.org",
                    namespace: "one",
                    version: "5.3.0",
                    couchdbNodes: 2,
                    credentialsSecret: "cht-couchdb-credentials",
                    volumes: ["couchdb-1-claim0", "couchdb-2-claim0"],
                    sizing: { documents: 200_000, cpus: 1, memoryGi: 2, volumeGi: 8, rootDiskGi: 50 },
                    removed: false,
                },
                two: {
                    url: "http://two.example.org",
                    namespace: "cht-two",
                    version: "4.22.0",
                    couchdbNodes: 1,
                    credentialsSecret: "cht-couchdb-credentials",
                    volumes: ["couchdb-claim0"],
                    sizing: undefined,
                    removed: true,
                },
            },
            monitoring: { targets: ["https://one.example.org"] },
        });
    });

    it("have the cluster, kubeconfig included, only where it is shared", async () => {
        const shared = { ...config, "cht-hosting:cluster": { ...config["cht-hosting:cluster"], share: true } };
        const { outputs } = await runProgram(shared);
        const { cluster } = outputs as { cluster: { name: string; kubeconfig: string } };
        assert.equal(cluster.name, "test");
        assert.match(cluster.kubeconfig, /127\.0\.0\.1/);
    });

    it("are addresses, names and ports of Docker hosts, of those that run and of those that are removed", async () => {
        const { outputs } = await runProgram({
            "cht-hosting:cluster": { kind: "docker" },
            "cht-hosting:instances": {
                one: {
                    version: "5.3.0",
                    ports: { http: 18080, https: 18443 },
                    couchdb: { nodes: 3, data: { kind: "folder", path: "/srv/cht-%d" } },
                    sizing: { users: 100, documents: 200_000 },
                },
            },
            "cht-hosting:one.password": { secure: "v1:canary" },
        });
        const { engine, ...told } = outputs as { engine: { id: string } };
        assert.equal(engine.id, "engine");
        assert.deepEqual(told, {
            instances: {
                one: {
                    url: "https://localhost:18443",
                    version: "5.3.0",
                    couchdbNodes: 3,
                    network: "one-cht-net",
                    volumes: ["one_cht-credentials", "one_cht-credentials-2", "one_cht-credentials-3", "one_cht-ssl"],
                    ports: { address: "127.0.0.1", http: 18080, https: 18443 },
                    certificate: "self-signed",
                    sizing: { documents: 200_000, cpus: 1, memoryGi: 2, volumeGi: 8, rootDiskGi: 50 },
                    removed: false,
                },
            },
            monitoring: { targets: ["https://localhost:18443"] },
        });
    });
});
