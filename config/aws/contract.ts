/** What instances need to know of an EKS cluster: from the file and AWS, before the cluster is there. */
import {
    type ClusterPlacement,
    type IngressModel,
    type NetworkModel,
    networkSchema,
    type StorageModel,
} from "../cluster-schema";
import { planClasses } from "./classes";
import { couchdbNodes } from "./couchdb-nodes";
import { serviceRange } from "./guard-network";
import type { LiveAws } from "./live";
import type { AwsPlace } from "./place";
import type { EksModel } from "./schema";
import { awsTags } from "./tags";

export interface EksContract {
    readonly name: string;
    readonly storage: StorageModel;
    readonly ingress: IngressModel & { readonly kind: "alb" };
    readonly network: NetworkModel;
    readonly aws: AwsPlace;
    readonly placement?: ClusterPlacement;
}

/** @param stack `<project>.<stack>` */
export function eksContract(model: EksModel, live: LiveAws, stack: string): EksContract {
    const { plan } = planClasses({ model, stack, volumes: [] });
    const { hostedZone } = model.ingress;
    const ranges = vpcRanges(model, live);
    return {
        name: model.name,
        storage: { className: plan.className, snapshotClassName: plan.quiescedClassName, driver: plan.driver },
        ingress: planIngress(model, ranges),
        network: networkSchema.parse(model.autoMode === undefined ? {} : { dns: autoModeDns(ranges) }),
        aws: {
            region: model.region,
            account: live.account,
            partition: live.partition,
            ...(model.profile === undefined ? {} : { profile: model.profile }),
            ...(hostedZone === undefined ? {} : { hostedZone: { id: hostedZone, domain: live.hostedZone?.domain } }),
            tags: eksTags(model, stack),
        },
        ...planPlacement(model),
    };
}

/** Of everything that is made in AWS for the cluster and its instances. */
export function eksTags({ name, tags }: Pick<EksModel, "name" | "tags">, stack: string): Record<string, string> {
    return { ...tags, [awsTags.stack]: stack, [awsTags.cluster]: name };
}

/** The group of instances that share one load balancer: AWS takes small letters. */
export function ingressGroup({ name, ingress }: Pick<EksModel, "name" | "ingress">): string {
    return ingress.group ?? name.toLowerCase();
}

/** The load balancer reaches pods from the VPC's own addresses. */
function planIngress(model: EksModel, ranges: readonly string[]): EksContract["ingress"] {
    const { scheme, webAcl } = model.ingress;
    return {
        kind: "alb",
        className: "alb",
        scheme,
        // With Auto Mode the group is the IngressClass' own: an Ingress that names one is refused.
        ...(model.autoMode === undefined ? { group: ingressGroup(model) } : {}),
        ...(webAcl === undefined ? {} : { webAcl }),
        from: ranges.map((cidr) => ({ cidr })),
    };
}

/** Of an existing VPC all of them: pods and load balancers may have addresses of any. */
export function vpcRanges({ network }: EksModel, live: LiveAws): readonly string[] {
    return network.kind === "new" ? [network.cidr] : (live.vpc?.cidrs ?? []);
}

/** With Auto Mode, DNS is a program on each node and no pod: asked at the Service's address, answered by the node. */
function autoModeDns(ranges: readonly string[]) {
    return [{ namespace: "kube-system" }, ...[serviceRange(ranges), ...ranges].map((cidr) => ({ cidr }))];
}

/** Auto Mode's nodes for CouchDB are made by the program too. */
function planPlacement({ nodes }: EksModel): { placement?: ClusterPlacement } {
    if (nodes !== undefined && !Object.values(nodes.groups).some(({ couchdb }) => couchdb)) return {};
    const { labels, taint } = couchdbNodes;
    return { placement: { couchdb: { nodeSelector: { ...labels }, tolerations: [{ ...taint, operator: "Equal" }] } } };
}
