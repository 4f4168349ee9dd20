import assert from "node:assert/strict";
import { KubeConfig } from "@kubernetes/client-node";
import { eksKubeconfig } from "../../../../config/aws/kubeconfig";

const args = { name: "prod", region: "eu-west-2", endpoint: "https://prod.eks.example", certificateAuthority: "Y2E=" };

const execOf = (kubeconfig: string) => {
    const config = new KubeConfig();
    config.loadFromString(kubeconfig);
    return { config, user: config.getCurrentUser() };
};

describe("the kubeconfig of an EKS cluster", () => {
    it("logs in by the AWS command line, and holds no token", () => {
        const { config, user } = execOf(eksKubeconfig(args));
        assert.equal(config.getCurrentContext(), "prod");
        assert.deepEqual(
            [config.getCurrentCluster()?.server, config.getCurrentCluster()?.caData],
            ["https://prod.eks.example", "Y2E="],
        );
        assert.deepEqual(JSON.parse(JSON.stringify(user)), {
            name: "prod",
            exec: {
                apiVersion: "client.authentication.k8s.io/v1beta1",
                command: "aws",
                args: ["--region", "eu-west-2", "eks", "get-token", "--cluster-name", "prod", "--output", "json"],
                interactiveMode: "Never",
            },
        });
    });

    it("names the profile as an argument, which an environment does not override", () => {
        const { user } = execOf(eksKubeconfig({ ...args, profile: "ministry" }));
        assert.deepEqual((user?.exec as { args: string[] }).args.slice(0, 4), [
            "--region",
            "eu-west-2",
            "--profile",
            "ministry",
        ]);
    });
});
