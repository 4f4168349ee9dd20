import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Address, Certificate } from "../../components/ingress";
import { type Registered, type RegisterOptions, register, unknown } from "../support/register";
import { identities } from "./identities";

const host = "cht.example.org";
const hostedZoneId = "Z0123456789ABCDEFGHIJ";
const arn = "arn:aws:acm:eu-west-2:123456789012:certificate/0f3d";

/** What AWS tells of what was made. */
function made(type: string): Record<string, unknown> {
    switch (type) {
        case "aws:acm/certificate:Certificate": {
            const [resourceRecordName, resourceRecordValue] = [`_x1.${host}.`, "_x2.acm-validations.aws."];
            const proof = { domainName: host, resourceRecordName, resourceRecordType: "CNAME", resourceRecordValue };
            return { arn, domainValidationOptions: [proof] };
        }
        case "aws:route53/record:Record":
            return { fqdn: `_x1.${host}` };
        default:
            return {};
    }
}

/** A load balancer's zone is AWS's own: that of London. */
function answer(token: string): Record<string, unknown> | undefined {
    return token === "aws:lb/getHostedZoneId:getHostedZoneId" ? { id: "ZHURV8PSTC4K8" } : undefined;
}

/** The certificate of an instance, and its record. */
function route() {
    const provider = new aws.Provider("aws", { region: "eu-west-2" });
    const certificate = new Certificate("production-certificate", { host, hostedZoneId }, { provider });
    const loadBalancer = pulumi.output("k8s-cht-1234.eu-west-2.elb.amazonaws.com");
    const address = new Address("production-address", { host, hostedZoneId, loadBalancer }, { provider });
    return { arn: certificate.arn, host: address.host };
}

const run = (options: RegisterOptions = {}) => register(route, { made, answer, ...options });

function find(resources: readonly Registered[], name: string): Registered {
    const found = resources.filter((resource) => resource.name === name && resource.type.startsWith("aws:"));
    assert.equal(found.length, 1, name);
    return found[0] as Registered;
}

describe("the public route of an instance on AWS", () => {
    it("is a certificate with its proof, and a record", async () => {
        const { resources } = await run();
        assert.deepEqual(identities(resources), [
            "Address production-address",
            "Certificate production-certificate",
            "Certificate production-certificate",
            "CertificateValidation production-certificate-issued",
            "Record production-address",
            "Record production-certificate-validation",
            "aws aws",
        ]);
    });

    it("proves the host by one record in its zone, which may be there already", async () => {
        const { resources } = await run();
        assert.deepEqual(find(resources, "production-certificate").inputs, {
            domainName: host,
            validationMethod: "DNS",
            tags: { Name: host },
        });
        assert.deepEqual(find(resources, "production-certificate-validation").inputs, {
            zoneId: hostedZoneId,
            name: `_x1.${host}.`,
            type: "CNAME",
            records: ["_x2.acm-validations.aws."],
            ttl: 300,
            allowOverwrite: true,
        });
    });

    it("hands on the certificate once it is issued, and gives up after half an hour", async () => {
        const { resources, outputs } = await run();
        const { inputs, options } = find(resources, "production-certificate-issued");
        assert.deepEqual(inputs, { certificateArn: arn, validationRecordFqdns: [`_x1.${host}`] });
        assert.equal(options.timeouts.create, "30m");
        assert.deepEqual(outputs, { arn, host });
    });

    it("leads to the load balancer by an alias, and never over a record that is there", async () => {
        const { resources } = await run();
        assert.deepEqual(find(resources, "production-address").inputs, {
            zoneId: hostedZoneId,
            name: host,
            type: "A",
            aliases: [
                {
                    name: "k8s-cht-1234.eu-west-2.elb.amazonaws.com",
                    zoneId: "ZHURV8PSTC4K8",
                    evaluateTargetHealth: false,
                },
            ],
            allowOverwrite: false,
        });
    });

    it("shows in a first preview what the update makes, and keeps nothing that can be made again", async () => {
        const [update, preview] = [await run(), await run({ firstPreview: true })];
        assert.deepEqual(identities(preview.resources), identities(update.resources));
        assert.equal(find(preview.resources, "production-certificate-validation").inputs["name"], unknown);
        for (const { options, name } of update.resources) {
            assert.deepEqual([options.protect, options.retainOnDelete], [false, false], name);
        }
    });

    it("is made by the provider that was given, under its component", async () => {
        const { resources } = await run();
        for (const { type, name, options } of resources.filter((resource) => resource.type.startsWith("aws:"))) {
            assert.equal(options.provider, "pulumi:providers:aws::aws", name);
            assert.match(options.parent, /^cht-hosting:ingress:(Certificate|Address)::production-/, type);
            // Found in a tree by the name of what they belong to.
            assert.ok(name.startsWith(options.parent.split("::")[1] as string));
        }
    });
});
