/** Route 53 and ACM: names, and certificates that are proved by them. */
import { createHash } from "node:crypto";
import { type Bag, listAt, textAt } from "../../values";
import { AwsError } from "../errors";
import { arnOf, type Facts, hex, target, textsAt, type Work } from "../facts";
import type { Item } from "../world";

const ZONE = "aws:route53/zone:Zone";
const RECORD = "aws:route53/record:Record";
const CERTIFICATE = "aws:acm/certificate:Certificate";

const bare = (name: string): string => name.toLowerCase().replace(/\.$/, "");

const sameRecord = (work: Work): Item | undefined =>
    work.inventory
        .all(RECORD, "")
        .find(
            ({ properties }) =>
                properties["zoneId"] === work.inputs["zoneId"] &&
                bare(textAt(properties, "name")) === bare(textAt(work.inputs, "name")) &&
                properties["type"] === work.inputs["type"] &&
                textAt(properties, "setIdentifier") === textAt(work.inputs, "setIdentifier"),
        );

function checkRecord(work: Work): void {
    const [name, type] = [bare(textAt(work.inputs, "name")), textAt(work.inputs, "type")];
    const domain = bare(textAt(target(work, ZONE, "zoneId")?.properties, "name"));
    if (name !== domain && !name.endsWith(`.${domain}`))
        throw new AwsError("InvalidChangeBatch", `[RRSet with DNS name ${name}. is not permitted in zone ${domain}.]`);
    const there = sameRecord(work);
    if (there && work.inputs["allowOverwrite"] !== true)
        throw new AwsError(
            "InvalidChangeBatch",
            `[Tried to create resource record set [name='${name}.', type='${type}'] but it already exists]`,
        );
    if (there) work.inventory.remove(there);
}

/** The record by which ACM sees that a domain is one's own; the same one for every certificate of a domain. */
function validationOf(work: Work, domain: string): Bag {
    const hash = createHash("md5").update(`${work.account} ${domain}`).digest("hex");
    return {
        domainName: domain,
        resourceRecordName: `_${hash}.${domain.replace(/^\*\./, "")}.`,
        resourceRecordType: "CNAME",
        resourceRecordValue: `_${createHash("md5").update(hash).digest("hex")}.acm-validations.aws.`,
    };
}

/** The certificate is issued as soon as the records of all its domains are there. */
function checkValidation(work: Work): void {
    const certificate = target(work, CERTIFICATE, "certificateArn", "arn");
    const names = listAt(certificate?.properties, "domainValidationOptions").map((one) => [
        bare(textAt(one, "resourceRecordName")),
        textAt(one, "resourceRecordValue"),
    ]);
    const proved = names.every(([name, value]) =>
        work.inventory
            .all(RECORD, "")
            .some(
                ({ properties }) =>
                    bare(textAt(properties, "name")) === name &&
                    textsAt(properties, "records").some((one) => bare(one) === bare(value ?? "")),
            ),
    );
    if (!proved)
        throw new AwsError(
            "Timeout",
            "timeout while waiting for state to become 'ISSUED' (last state: 'PENDING_VALIDATION', timeout: 1h15m0s)",
        );
    if (certificate) certificate.properties["status"] = "ISSUED";
}

export const dns: Facts = {
    [ZONE]: {
        global: true,
        forceNew: ["delegationSetId", "name"],
        defaults: { comment: "Managed by Pulumi", forceDestroy: false },
        id: () => `Z${hex(20).toUpperCase()}`,
        computed: (work, id) => ({
            arn: `arn:${work.partition}:route53:::hostedzone/${id}`,
            nameServers: [1, 2, 3, 4].map((number) => `ns-${number}.awsdns-0${number}.example`),
            primaryNameServer: "ns-1.awsdns-01.example",
            zoneId: id,
        }),
    },
    [RECORD]: {
        global: true,
        cloudFormation: "AWS::Route53::RecordSet",
        createOnly: { HostedZoneName: null, HostedZoneId: "zoneId" },
        forceNew: ["name"],
        references: [{ path: "zoneId", type: ZONE, code: "NoSuchHostedZone", holds: true }],
        id: ({ inputs }) =>
            [
                textAt(inputs, "zoneId"),
                bare(textAt(inputs, "name")),
                textAt(inputs, "type"),
                textAt(inputs, "setIdentifier"),
            ]
                .filter(Boolean)
                .join("_"),
        beforeCreate: checkRecord,
        computed: ({ inputs }) => ({ fqdn: bare(textAt(inputs, "name")) }),
    },
    [CERTIFICATE]: {
        cloudFormation: "AWS::CertificateManager::Certificate",
        createOnly: {
            SubjectAlternativeNames: "subjectAlternativeNames",
            // In CloudFormation where the records are, in the SDK what they are.
            DomainValidationOptions: "validationOptions",
            KeyAlgorithm: "keyAlgorithm",
            DomainName: "domainName",
            CertificateAuthorityArn: "certificateAuthorityArn",
            CertificateExport: null,
        },
        forceNew: ["validationMethod"],
        id: (work) => arnOf(work, "acm", `certificate/${[8, 4, 4, 4, 12].map(hex).join("-")}`),
        computed: (work, id) => {
            const domain = textAt(work.inputs, "domainName");
            const names = [domain, ...listAt(work.inputs, "subjectAlternativeNames").map(String)];
            return {
                arn: id,
                domainValidationOptions: [...new Set(names)].map((one) => validationOf(work, one)),
                keyAlgorithm: "RSA_2048",
                options: { certificateTransparencyLoggingPreference: "ENABLED" },
                renewalEligibility: "INELIGIBLE",
                status: "PENDING_VALIDATION",
                subjectAlternativeNames: [domain],
                type: "AMAZON_ISSUED",
                validationMethod: "DNS",
            };
        },
    },
    "aws:acm/certificateValidation:CertificateValidation": {
        forceNew: ["certificateArn", "validationRecordFqdns"],
        references: [{ path: "certificateArn", type: CERTIFICATE, by: "arn", code: "ResourceNotFoundException" }],
        id: () => new Date().toISOString(),
        beforeCreate: checkValidation,
    },
};
