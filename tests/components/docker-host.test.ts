import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import type { HostPlan } from "../../config/docker/host-plan";
import { hostIdentities, hostResource, registerHost } from "../support/host";
import { unknown } from "../support/register";
import { hostFile, planOf, runningOn } from "../unit/config/docker-support";

const credentials = [
    "RandomPassword dev-couchdb-password",
    "RandomPassword dev-couchdb-secret",
    "RandomUuid dev-couchdb-uuid",
];

/** The resources of an instance of these services, images and volumes. */
function resources(services: readonly string[], images: readonly string[], volumes: readonly string[]): string[] {
    return [
        "ChtHost dev",
        "Network dev-cht-net",
        "docker engine",
        ...credentials,
        ...services.map((service) => `Container dev-${service}`),
        ...images.map((role) => `RemoteImage dev-${role}-image`),
        ...volumes.map((mount) => `Volume dev-${mount}`),
    ].sort();
}

const nodes = (name: string) => [1, 2, 3].map((node) => `${name}-${node}`);
const around = ["haproxy", "api", "sentinel", "certificate", "nginx"];
const images = ["couchdb", "haproxy", "api", "sentinel", "nginx"];

const TABLE: [string, Record<string, unknown>, string[]][] = [
    [
        "of 5.x with one CouchDB",
        {},
        resources(
            [...around, "couchdb", "nouveau"],
            [...images, "nouveau"],
            ["cht-ssl", "cht-credentials", "data-1", "nouveau-1"],
        ),
    ],
    [
        "of a cluster",
        { version: "5.3.0", couchdb: { nodes: 3 } },
        resources(
            [...around, "healthcheck", ...nodes("couchdb"), ...nodes("nouveau")],
            [...images, "nouveau", "healthcheck"],
            [
                "cht-ssl",
                "cht-credentials",
                "cht-credentials-2",
                "cht-credentials-3",
                ...nodes("data"),
                ...nodes("nouveau"),
            ],
        ),
    ],
    [
        "of 4.x with the upgrade service, its data in a folder, and a certificate by ACME",
        {
            version: "4.22.0",
            upgradeService: true,
            host: "cht.example.org",
            tls: { kind: "acme" },
            ports: { http: 80, https: 443 },
            couchdb: { data: { kind: "folder", path: "/srv/cht" } },
        },
        resources(
            [...around, "couchdb", "healthcheck", "upgrade-service"],
            [...images, "healthcheck", "upgrade-service", "certificate"],
            ["cht-ssl", "cht-credentials"],
        ),
    ],
];

describe("an instance on a Docker host", function () {
    this.timeout(60_000);

    for (const [title, more, expected] of TABLE) {
        it(`makes exactly the resources ${title}, in a first preview as in an update`, async () => {
            const plan = planOf(hostFile(more));
            assert.deepEqual(hostIdentities((await registerHost(plan)).resources), expected);
            assert.deepEqual(hostIdentities((await registerHost(plan, { firstPreview: true })).resources), expected);
        });
    }

    it("that is removed keeps what holds its data, no longer protected", async () => {
        const file = hostFile({ remove: "dev" });
        const { resources: made } = await registerHost(planOf(file, runningOn(hostFile())));
        assert.deepEqual(
            hostIdentities(made),
            [
                "ChtHost dev",
                "docker engine",
                ...credentials,
                ...["cht-ssl", "cht-credentials", "data-1", "nouveau-1"].map((mount) => `Volume dev-${mount}`),
            ].sort(),
        );
        const kept = made.filter(({ type }) => /Volume|Random/.test(type));
        assert.deepEqual(
            kept.map(({ options: { protect, retainOnDelete } }) => [protect, retainOnDelete]),
            kept.map(() => [false, true]),
        );
    });

    it("protects and retains volumes and credentials, and nothing else", async () => {
        const { resources: made } = await registerHost(planOf(hostFile()));
        for (const { type, name, options } of made.filter((one) => !/providers|ChtHost/.test(one.type))) {
            const keeps = /:(Volume|RandomPassword|RandomUuid)$/.test(type);
            assert.deepEqual([options.protect, options.retainOnDelete], [keeps, keeps], name);
            assert.equal(options.parent, "cht-hosting:docker:ChtHost::dev", name);
        }
    });

    it("takes over the volumes and the network that exist, whatever their labels are", async () => {
        const plan = planOf(hostFile(), runningOn(hostFile()));
        const { resources: made } = await registerHost(plan);
        const imported = made.flatMap(({ name, options }) =>
            options.import === undefined ? [] : [[name, options.import]],
        );
        assert.deepEqual(Object.fromEntries(imported), {
            "dev-cht-net": plan.network.adopt,
            "dev-cht-ssl": "dev_cht-ssl",
            "dev-cht-credentials": "dev_cht-credentials",
            "dev-data-1": "dev_couchdb-data",
            "dev-nouveau-1": "dev_nouveau-data",
        });
        for (const [name] of imported) {
            assert.ok(made.find((one) => one.name === name)?.options.ignoreChanges.includes("labels"), name);
        }
        const { resources: fresh } = await registerHost(planOf(hostFile()));
        assert.ok(fresh.every(({ options }) => options.import === undefined));
    });

    it("makes images that stay when it goes", async () => {
        const { resources: made } = await registerHost(planOf(hostFile()));
        const inputs = made.filter(({ type }) => type.endsWith(":RemoteImage")).map((image) => image.inputs);
        assert.equal(inputs.length, 6);
        for (const image of inputs) assert.deepEqual(image, { name: image["name"], keepLocally: true });
    });

    it("tells its URL once every service is well", async () => {
        let settled = false;
        const settle = async () => {
            await new Promise((resolve) => setTimeout(resolve, 20));
            settled = true;
        };
        const { outputs } = await registerHost(planOf(hostFile()), { settle });
        assert.deepEqual(outputs, { url: "https://localhost:10443" });
        assert.ok(settled);
    });

    it("fails the update with what is not well, in a way that hides no output", async () => {
        const handlers = process.listeners("unhandledRejection");
        process.removeAllListeners("unhandledRejection");
        const failure = new Promise((resolve) => process.once("unhandledRejection", resolve));
        try {
            const settle = () => Promise.reject(new Error("the container 'dev-api' is not well"));
            const { outputs } = await registerHost(planOf(hostFile()), { settle });
            assert.deepEqual(outputs, { url: "https://localhost:10443" });
            const error = await failure;
            assert.ok(pulumi.RunError.isInstance(error));
            assert.deepEqual([error.message, error.stack], ["the container 'dev-api' is not well", ""]);
        } finally {
            process.removeAllListeners("unhandledRejection");
            for (const handler of handlers) process.on("unhandledRejection", handler);
        }
    });

    it("waits for nothing in a preview, nor where it is removed", async () => {
        const settle = () => Promise.reject(new Error("looked"));
        await registerHost(planOf(hostFile()), { settle, firstPreview: true });
        await registerHost(planOf(hostFile({ remove: "dev" }), runningOn(hostFile())), { settle });
    });

    it("shows what is not known in a first preview where another resource has it, and nowhere else", async () => {
        const { resources: made } = await registerHost(planOf(hostFile()), { firstPreview: true });
        const { inputs } = hostResource(made, "Container", "dev-sentinel");
        const shown = Object.keys(inputs).filter((key) => JSON.stringify(inputs[key]).includes(unknown));
        assert.deepEqual(shown.sort(), ["envs", "image", "networksAdvanced"]);
    });

    it("has names of its own, whatever its configuration: all begin with the instance's, and none comes twice", async () => {
        const configurations = fc.record({
            version: fc.constantFrom("4.22.0", "5.0.0", "5.2.0", "5.3.0"),
            upgradeService: fc.boolean(),
            nodes: fc.constantFrom(1, 3, 4),
            folder: fc.boolean(),
            tls: fc.constantFrom<Record<string, unknown>>(
                { kind: "self-signed" },
                { kind: "acme" },
                { kind: "local-ip" },
            ),
        });
        await fc.assert(
            fc.asyncProperty(configurations, async ({ version, upgradeService, nodes: count, folder, tls }) => {
                const data = folder ? { kind: "folder", path: "/srv/cht-%d" } : { kind: "volume" };
                const plan = planOf(
                    hostFile({
                        ...{ version, upgradeService, tls, couchdb: { nodes: count, data } },
                        ...(tls["kind"] === "acme" ? { host: "cht.example.org", ports: { http: 80, https: 443 } } : {}),
                    }),
                );
                const { resources: made } = await registerHost(plan);
                assertNames(plan, made);
            }),
            { numRuns: 25 },
        );
    });
});

function assertNames(plan: HostPlan, made: Awaited<ReturnType<typeof registerHost>>["resources"]): void {
    const own = made.filter(({ type }) => /docker:index\/(container|volume|network):/.test(type));
    const names = own.map(({ type, inputs }) => `${type} ${String(inputs["name"])}`);
    assert.equal(new Set(names).size, names.length);
    for (const { inputs } of own) assert.match(String(inputs["name"]), /^dev[-_]/);
    const containers = own.filter(({ type }) => type.endsWith(":Container"));
    assert.deepEqual(
        containers.map(({ name }) => name).sort(),
        plan.description.workloads.map(({ service }) => `dev-${service}`).sort(),
    );
    // One address for each name in the network: nobody reaches another service by it.
    const aliases = containers.flatMap(
        ({ inputs }) => (inputs["networksAdvanced"] as { aliases: string[] }[])[0]?.aliases ?? [],
    );
    assert.equal(new Set(aliases).size, aliases.length);
    const published = containers.filter(({ inputs }) => inputs["ports"] !== undefined).map(({ name }) => name);
    assert.deepEqual(published, ["dev-nginx"]);
}
