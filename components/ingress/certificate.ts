import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface CertificateArgs {
    /** The host that the certificate is for. Changing it makes another certificate before this one goes. */
    host: string;

    /** The Route 53 zone of the host, where its owner is proved. */
    hostedZoneId: string;
}

/** How long a certificate may take: minutes where the zone is delegated, for ever where it is not. */
const patience = "30m";

/**
 * A certificate of AWS Certificate Manager, proved by a record in the host's zone and renewed by AWS while the record is
 * there. It holds no data: without its instance it goes.
 *
 * @see https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
 */
export class Certificate extends pulumi.ComponentResource {
    /** The certificate's ARN, known once it is issued: a load balancer refuses one that is not. */
    readonly arn: pulumi.Output<string>;

    constructor(name: string, { host, hostedZoneId }: CertificateArgs, opts?: pulumi.ComponentResourceOptions) {
        super("cht-hosting:ingress:Certificate", name, { host, hostedZoneId }, opts);

        const certificate = new aws.acm.Certificate(
            name,
            { domainName: host, validationMethod: "DNS", tags: { Name: host } },
            { parent: this },
        );
        // One host, one proof: which record it is, is not known before, but that it is one.
        const proof = certificate.domainValidationOptions.apply(([option]) => {
            if (option === undefined) throw new Error(`ACM asks for no proof of '${host}'`);
            return option;
        });
        const record = new aws.route53.Record(
            `${name}-validation`,
            {
                zoneId: hostedZoneId,
                name: proof.resourceRecordName,
                type: proof.resourceRecordType,
                records: [proof.resourceRecordValue],
                ttl: 300,
                // The same in every certificate of the host in one account: one that was made by hand had it already.
                allowOverwrite: true,
            },
            { parent: this },
        );
        const validation = new aws.acm.CertificateValidation(
            `${name}-issued`,
            { certificateArn: certificate.arn, validationRecordFqdns: [record.fqdn] },
            { parent: this, customTimeouts: { create: patience } },
        );

        this.arn = validation.certificateArn;
        this.registerOutputs({ arn: this.arn });
    }
}
