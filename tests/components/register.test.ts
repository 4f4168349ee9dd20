import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { register, unknown } from "../support/register";

/** The harness itself: what it would not see, no other test here could find. */
describe("register", () => {
    it("returns inputs, the paths of secrets, and the options that the engine gets", async () => {
        const { resources } = await register(() => {
            const parent = new pulumi.ComponentResource("test:index:Parent", "parent", {}, { protect: true });
            const password = new random.RandomPassword("password", { length: 8 }, { parent, retainOnDelete: true });
            new k8s.core.v1.ConfigMap(
                "config",
                { data: { open: "a", closed: password.result } },
                { parent, import: "x/y" },
            );
        });
        const config = resources.find(({ name }) => name === "config");
        assert.deepEqual(config?.inputs["data"], { open: "a", closed: "generated-password" });
        assert.deepEqual(config?.secretInputs, ["data.closed"]);
        assert.deepEqual(config?.options, {
            parent: "test:index:Parent::parent",
            dependsOn: ["random:index/randomPassword:RandomPassword::password"],
            provider: "",
            protect: true,
            retainOnDelete: false,
            import: "x/y",
            ignoreChanges: [],
            timeouts: { create: "", update: "" },
        });
        const password = resources.find(({ name }) => name === "password");
        assert.equal(password?.options.retainOnDelete, true);
    });

    it("sees a resource made in apply in an update, and misses it in a first preview", async () => {
        const program = () => {
            const first = new k8s.core.v1.Namespace("first", { metadata: { name: "first" } });
            first.id.apply(() => new k8s.core.v1.ConfigMap("second", {}));
        };
        const names = (run: { resources: readonly { name: string }[] }) => run.resources.map(({ name }) => name);
        assert.deepEqual(names(await register(program)), ["first", "second"]);
        assert.deepEqual(names(await register(program, { firstPreview: true })), ["first"]);
    });

    it("shows what is not known in a first preview", async () => {
        const program = () => {
            const first = new k8s.core.v1.Namespace("first", { metadata: { name: "first" } });
            new k8s.core.v1.ConfigMap("second", { metadata: { namespace: first.metadata.name } });
        };
        const { resources } = await register(program, { firstPreview: true });
        assert.deepEqual(resources[1]?.inputs["metadata"], { namespace: unknown });
    });

    it("throws what the program throws", async () => {
        await assert.rejects(
            register(() => {
                throw new pulumi.RunError("wrong");
            }),
            /wrong/,
        );
    });

    it("returns outputs", async () => {
        assert.deepEqual((await register(() => ({ a: pulumi.output("b") }))).outputs, { a: "b" });
    });
});
