/** The double of the AWS Load Balancer Controller's chart, and what EKS Auto Mode brings instead of it. */
import { resolve } from "node:path";
import { apply, kubectl } from "../../support/kubectl";

/** A folder; compiled tests are in `dist/tests/aws/support`. */
export const chart = resolve(__dirname, "../../../../tests/aws/chart");

/** Kinds that are there as soon as a cluster of Auto Mode is: AWS installs them. */
export async function installAutoModeKinds(): Promise<void> {
    await apply(
        kind("karpenter.sh", "v1", "NodePool", "nodepools"),
        kind("eks.amazonaws.com", "v1", "NodeClass", "nodeclasses"),
        kind("eks.amazonaws.com", "v1", "IngressClassParams", "ingressclassparams"),
    );
    const names = ["nodepools.karpenter.sh", "nodeclasses.eks.amazonaws.com", "ingressclassparams.eks.amazonaws.com"];
    await kubectl(["wait", "--for=condition=Established", "--timeout=30s", ...names.map((name) => `crd/${name}`)]);
}

function kind(group: string, version: string, name: string, plural: string): object {
    const open = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
    return {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: `${plural}.${group}` },
        spec: {
            group,
            names: { kind: name, listKind: `${name}List`, plural, singular: name.toLowerCase() },
            scope: "Cluster",
            versions: [
                {
                    name: version,
                    served: true,
                    storage: true,
                    schema: { openAPIV3Schema: { type: "object", properties: { spec: open, status: open } } },
                    subresources: { status: {} },
                },
            ],
        },
    };
}
