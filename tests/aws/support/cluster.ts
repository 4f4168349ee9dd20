/** The tests' Kubernetes as an EKS cluster is that nobody has used yet, and what AWS does behind it. */
import { apply, get, kubectl } from "../../support/kubectl";
import type { Account } from "./account";

const machinery = ["default", "kube-node-lease", "kube-public", "kube-system"];

/** Takes away what the sandbox brings and what earlier tests have left: each stack makes a whole cluster of its own. */
export async function emptyCluster(): Promise<void> {
    const namespaces = (await get("namespaces"))
        .map(({ metadata }) => metadata.name)
        .filter((name) => !machinery.includes(name));
    if (namespaces.length > 0) await kubectl(["delete", "namespace", "--timeout=60s", ...namespaces]);
    const helm = "--selector=app.kubernetes.io/managed-by=Helm";
    await kubectl(["delete", "deployments,serviceaccounts,services", helm, "--namespace=kube-system"]);
    await kubectl(["delete", "secrets", "--selector=owner=helm", "--namespace=kube-system"]);
    await kubectl(["delete", "clusterroles,clusterrolebindings", helm]);
    const kinds = "nodes,persistentvolumes,storageclasses,ingressclasses,csidrivers,volumesnapshotclasses";
    await kubectl(["delete", `${kinds},volumesnapshotcontents`, "--all", "--timeout=60s"]);
    const own = /^(ingressclassparams|targetgroupbindings|nodepools|nodeclasses)\./;
    const known = (await get("customresourcedefinitions")).map(({ metadata }) => metadata.name);
    const definitions = known.filter((name) => own.test(name));
    if (definitions.length > 0) await kubectl(["delete", "customresourcedefinition", ...definitions]);
    // Nothing attaches simulated volumes.
    const driver = (name: string) => ({
        apiVersion: "storage.k8s.io/v1",
        kind: "CSIDriver",
        metadata: { name },
        spec: { attachRequired: false },
    });
    await apply(driver("ebs.csi.aws.com"), driver("ebs.csi.eks.amazonaws.com"));
}

/** A volume of EBS. */
export interface Volume {
    readonly id: string;
    readonly zone: string;
    /** `<namespace>/<claim>` */
    readonly claim: string;
    readonly tags: Readonly<Record<string, string>>;
}

/**
 * The EBS volumes behind the cluster's PersistentVolumes, with the tags that the driver has given them (its documentation,
 * tagging.md: those of the class, values with the claim's namespace filled in) and that Pulumi has since.
 */
export async function volumes(account: Account): Promise<Volume[]> {
    const classes = new Map(
        (await get("storageclasses")).map((each) => [
            each.metadata.name,
            (each["parameters"] as Record<string, string> | undefined) ?? {},
        ]),
    );
    const later = account.resources("aws:ec2/tag:Tag").map(({ properties }) => properties);
    return (await get("persistentvolumes")).map(({ metadata, spec }) => {
        const id = String(spec.csi.volumeHandle);
        const { namespace, name } = spec.claimRef as { namespace: string; name: string };
        const provisioned = metadata.annotations?.["pv.kubernetes.io/provisioned-by"] !== undefined;
        const ofClass = provisioned ? (classes.get(String(spec.storageClassName)) ?? {}) : {};
        const [term] = spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
        return {
            id,
            zone: String(term?.matchExpressions?.[0]?.values?.[0]),
            claim: `${namespace}/${name}`,
            tags: {
                ...driverTags(ofClass, { PVCNamespace: namespace, PVCName: name, PVName: metadata.name }),
                ...Object.fromEntries(
                    later.filter(({ resourceId }) => resourceId === id).map(({ key, value }) => [key, value]),
                ),
            },
        };
    });
}

/** What `tagSpecification_N` of a class becomes: only values are templates. */
function driverTags(
    parameters: Readonly<Record<string, string>>,
    claim: Readonly<Record<string, string>>,
): Record<string, string> {
    const tags: Record<string, string> = {
        "ebs.csi.aws.com/cluster": "true",
        "kubernetes.io/created-for/pvc/namespace": claim["PVCNamespace"] ?? "",
        "kubernetes.io/created-for/pvc/name": claim["PVCName"] ?? "",
        "kubernetes.io/created-for/pv/name": claim["PVName"] ?? "",
    };
    for (const [parameter, specification] of Object.entries(parameters)) {
        if (!/^tagSpecification_\d+$/.test(parameter)) continue;
        const at = specification.indexOf("=");
        tags[specification.slice(0, at)] = specification
            .slice(at + 1)
            .replace(/\{\{\s*\.(\w+)\s*\}\}/g, (whole, field: string) => claim[field] ?? whole);
    }
    return tags;
}
