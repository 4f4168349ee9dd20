import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { CREDENTIALS_SECRET } from "../../cht/names";
import type { GivenCredentials } from "../../config/load";
import type { InstancePlan } from "../../config/plan";
import type { Cluster } from "../cluster";
import { type Credentials, createCredentialsSecret, decideCredentials, encoded } from "./credentials";
import { createIngress, ingressRules, loadBalancerOf } from "./ingress";
import { createLimits, createNamespace } from "./namespace";
import { createNetworkPolicies } from "./network-policies";
import { createQuiesced } from "./quiesced";
import { createRotation } from "./rotation";
import { metadata, type Scope } from "./scope";
import { createServersConfigMap } from "./servers";
import { createServices } from "./services";
import { createUpgradeServiceAccount } from "./upgrade-service";
import { createVolumes } from "./volumes";
import { createDeployment } from "./workloads";

export interface ChtInstanceArgs {
    /** What is made, decided beforehand by `planInstances`. */
    plan: InstancePlan;

    /** Where it is made. Its provider must be passed in the options too. */
    cluster: Cluster;

    /**
     * The stack that makes it, `<project>.<stack>`: a label by which its objects are found again. Changing it makes the next
     * `up` refuse the instance as somebody else's.
     */
    stack: string;

    /**
     * Credentials that the operator gives instead of generated ones, as secrets. They count when the instance is made, or
     * with a new generation: CouchDB keeps the password that it has.
     *
     * @default - generated
     */
    given?: GivenCredentials;

    /**
     * ARN of the certificate that was made for the host, for tls kind `acm`. Changing it is an update of the load balancer.
     *
     * @default - none
     */
    certificateArn?: pulumi.Input<string>;
}

/**
 * One Community Health Toolkit instance on a Kubernetes cluster: a namespace with CouchDB, its volumes and credentials, the
 * services around it, and a route from its public host.
 *
 * Data outlives the component: the namespace, the volume claims and the credentials are protected, and stay in the cluster
 * even when they leave the state. An instance that is to be removed keeps just these.
 *
 * @see https://docs.communityhealthtoolkit.org/hosting/
 */
export class ChtInstance extends pulumi.ComponentResource {
    /** What was decided about the instance. */
    readonly plan: InstancePlan;

    /** The URL by which users reach the instance. */
    readonly url: string;

    /** The host name of the load balancer that leads to the instance; missing of one that is removed. */
    readonly loadBalancer?: pulumi.Output<string>;

    /** The namespace that holds everything of the instance. */
    readonly namespace: pulumi.Output<string>;

    /** The name of the Secret with the CouchDB administrator's credentials. */
    readonly credentialsSecret: pulumi.Output<string>;

    /** The names of the volume claims, in the order of CouchDB's nodes. */
    readonly volumes: pulumi.Output<string>[];

    constructor(
        name: string,
        { plan, cluster, stack, given = {}, certificateArn }: ChtInstanceArgs,
        opts?: pulumi.ComponentResourceOptions,
    ) {
        super("cht-hosting:kubernetes:ChtInstance", name, { version: plan.version, host: plan.host }, opts);

        const keep = { parent: this, protect: !plan.remove, retainOnDelete: true };
        const namespace = createNamespace(plan, stack, keep);
        const scope: Scope = {
            plan,
            cluster,
            stack,
            namespace: namespace.metadata.name,
            child: { parent: this },
            keep,
        };

        const credentials = decideCredentials(scope, given);
        // Before the rotation, whose Job has to reach CouchDB.
        const policies = plan.remove ? [] : createNetworkPolicies(scope);
        const rotation = plan.remove ? undefined : createRotation(scope, credentials, policies);
        const secret = createCredentialsSecret(scope, credentials, rotation === undefined ? [] : [rotation]);
        // After the Secret: claims without one would be data that nobody can open.
        this.volumes = createVolumes(scope, secret).map((claim) => claim.metadata.name);
        const ingress = plan.remove
            ? undefined
            : createRunning(scope, credentials, {
                  claimNames: this.volumes,
                  before: [secret, ...policies, ...createPullSecret(scope, given)],
                  certificateArn,
              });

        this.plan = plan;
        this.loadBalancer = ingress === undefined ? undefined : loadBalancerOf(ingress);
        this.url = `${ingressRules(cluster.ingress, plan.tls).scheme}://${plan.host}`;
        this.namespace = namespace.metadata.name;
        this.credentialsSecret = secret.metadata.name;
        this.registerOutputs({
            url: this.url,
            namespace: this.namespace,
            credentialsSecret: CREDENTIALS_SECRET,
            volumes: this.volumes,
        });
    }
}

interface Made {
    readonly claimNames: readonly pulumi.Output<string>[];
    /** What pods need to be there. */
    readonly before: readonly pulumi.Resource[];
    readonly certificateArn?: pulumi.Input<string>;
}

/** What runs, and can be made again. */
function createRunning(
    scope: Scope,
    credentials: Credentials,
    { claimNames, before, certificateArn }: Made,
): k8s.networking.v1.Ingress {
    const { plan } = scope;
    const withUpgradeService = plan.description.workloads.some(({ role }) => role === "upgrade-service");
    const account = withUpgradeService ? createUpgradeServiceAccount(scope) : undefined;
    const parts = {
        claimNames,
        checksum: credentials.checksum,
        upgradeServiceAccount: account?.name,
        after: [
            ...before,
            createLimits(scope),
            createServersConfigMap(scope),
            ...createServices(scope),
            ...(account === undefined ? [] : [account.binding]),
        ],
    };
    for (const workload of plan.description.workloads) {
        createDeployment(scope, workload, parts);
    }
    if (plan.quiesced !== undefined) {
        createQuiesced(scope, plan.quiesced);
    }
    return createIngress(scope, certificateArn);
}

/** The registry's credentials, where the operator gave them to the program rather than to the cluster. */
function createPullSecret(scope: Scope, { dockerConfigJson }: GivenCredentials): k8s.core.v1.Secret[] {
    const { pullSecret } = scope.plan.images;
    if (pullSecret === undefined || dockerConfigJson === undefined) {
        return [];
    }
    return [
        new k8s.core.v1.Secret(
            `${scope.plan.name}-pull-secret`,
            {
                metadata: metadata(scope, pullSecret),
                type: "kubernetes.io/dockerconfigjson",
                data: encoded({ ".dockerconfigjson": dockerConfigJson }),
            },
            scope.child,
        ),
    ];
}
