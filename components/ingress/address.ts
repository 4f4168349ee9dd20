import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface AddressArgs {
    /** The instance's public host. Changing it makes the new record before the old one goes. */
    host: string;

    /** The Route 53 zone that the host is in. */
    hostedZoneId: string;

    /** The host name of the load balancer, as the Ingress' status tells it. */
    loadBalancer: pulumi.Input<string>;
}

/**
 * The record that leads from an instance's public host to its load balancer: an alias, for which AWS asks no money and which
 * follows the load balancer's addresses. It holds no data: without its instance it goes.
 *
 * A record that is there already, made by somebody else, is not overwritten: it may be production's.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-to-elb-load-balancer.html
 */
export class Address extends pulumi.ComponentResource {
    /** The record's own name. */
    readonly host: pulumi.Output<string>;

    constructor(
        name: string,
        { host, hostedZoneId, loadBalancer }: AddressArgs,
        opts?: pulumi.ComponentResourceOptions,
    ) {
        super("cht-hosting:ingress:Address", name, { host, hostedZoneId }, opts);

        const record = new aws.route53.Record(
            name,
            {
                zoneId: hostedZoneId,
                name: host,
                type: "A",
                aliases: [
                    {
                        name: loadBalancer,
                        zoneId: aws.lb.getHostedZoneIdOutput({ loadBalancerType: "application" }, { parent: this }).id,
                        // The load balancer is shared: one instance that is not well would take the others' names away.
                        evaluateTargetHealth: false,
                    },
                ],
                allowOverwrite: false,
            },
            { parent: this },
        );

        this.host = record.name;
        this.registerOutputs({ host: this.host });
    }
}
