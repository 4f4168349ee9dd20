import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { connect } from "../../components/cluster/resolve";
import { clusterOfStack, exportCluster } from "../../components/cluster/stack";
import { resourceOf } from "../support/objects";
import { clusters } from "../support/plan";
import { register } from "../support/register";

const kubeconfig = "canary-kubeconfig";

describe("the provider of a cluster", () => {
    it("keeps its identity when the way in changes, and changes Secrets in place", async () => {
        const { resources } = await register(() => {
            connect({ ...clusters.k3s, access: { kubeconfig: "kubeconfig.yaml", context: "prod", secret: false } });
        });
        const { inputs, secretInputs } = resourceOf(resources, "kubernetes", "cluster");
        assert.deepEqual(inputs, {
            clusterIdentifier: "k3s",
            kubeconfig: "kubeconfig.yaml",
            upsertExistingObjects: "true",
            context: "prod",
            enableSecretMutable: "true",
            enableConfigMapMutable: "true",
            enablePatchForce: "true",
        });
        assert.deepEqual(secretInputs, []);
    });

    it("has a kubeconfig that another stack made as a secret", async () => {
        const { resources } = await register(() => {
            connect({ ...clusters.k3s, access: { kubeconfig, secret: true } });
        });
        const { inputs, secretInputs } = resourceOf(resources, "kubernetes", "cluster");
        assert.equal(inputs["kubeconfig"], kubeconfig);
        assert.deepEqual(secretInputs, ["kubeconfig"]);
    });
});

describe("a cluster that another stack made", () => {
    /** What the stack `other` exports, as the engine hands it on. */
    async function read(outputs: Record<string, unknown>): Promise<unknown> {
        const made = () => ({ outputs: pulumi.output(outputs), secretOutputNames: ["cluster"] });
        return (await register(async () => ({ contract: await clusterOfStack("organization/cht/other") }), { made }))
            .outputs;
    }

    const { name, storage, ingress, network } = clusters.eks;
    const exported = { name, kubeconfig, context: "eks", storage, ingress, network };

    it("is what that stack exports", async () => {
        assert.deepEqual(await read({ cluster: exported }), {
            contract: { ...clusters.eks, access: { kubeconfig, context: "eks", secret: true } },
        });
    });

    it("is one secret, and comes back as it was", async () => {
        const { outputs } = await register(() => {
            const cluster = exportCluster(clusters.eks, kubeconfig);
            return { cluster, isSecret: pulumi.isSecret(cluster) };
        });
        const { cluster, isSecret } = outputs as { cluster: Record<string, unknown>; isSecret: boolean };
        assert.equal(isSecret, true);
        assert.deepEqual(await read({ cluster }), {
            contract: { ...clusters.eks, access: { kubeconfig, context: clusters.eks.access.context, secret: true } },
        });
    });

    it("is refused by name where that stack exports none", async () => {
        await assert.rejects(read({}), (error: Error) => {
            assert(pulumi.RunError.isInstance(error));
            assert.match(
                error.message,
                /^cluster\.name: the stack 'organization\/cht\/other' has no output 'cluster'\. /,
            );
            return true;
        });
    });

    it("is refused with what is missing of it, and without its kubeconfig", async () => {
        await assert.rejects(read({ cluster: { name, kubeconfig, ingress, network } }), (error: Error) => {
            assert(pulumi.RunError.isInstance(error));
            assert.match(error.message, /\n {2}cluster\.storage: /);
            assert(!error.message.includes(kubeconfig));
            return true;
        });
    });
});
