import assert from "node:assert/strict";
import { ingressRules } from "../../components/kubernetes/ingress";
import type { TlsModel } from "../../config/schema";
import { type Inputs, objectOf } from "../support/objects";
import { clusters, type Platform, planOf, registerInstance } from "../support/plan";

const secret: TlsModel = { kind: "secret", secretName: "own-certificate" };
const clusterIssuer: TlsModel = { kind: "cert-manager", issuer: "letsencrypt", issuerKind: "ClusterIssuer" };
const issuer: TlsModel = { kind: "cert-manager", issuer: "own", issuerKind: "Issuer" };
const certificateArn = "arn:aws:acm:eu-west-2:123456789012:certificate/0f3d";
const certificate: TlsModel = { kind: "load-balancer", certificateArn };
const loadBalancer: TlsModel = { kind: "load-balancer" };
const acm: TlsModel = { kind: "acm" };
const none: TlsModel = { kind: "none" };

/** Long polls of phones stay open for an hour; attachments have at most 32 MB. */
const nginx = {
    "nginx.ingress.kubernetes.io/proxy-read-timeout": "3600",
    "nginx.ingress.kubernetes.io/proxy-send-timeout": "3600",
    "nginx.ingress.kubernetes.io/proxy-body-size": "32m",
};
const nginxTls = { ...nginx, "nginx.ingress.kubernetes.io/ssl-redirect": "true" };
const traefikTls = {
    "traefik.ingress.kubernetes.io/router.entrypoints": "websecure",
    "traefik.ingress.kubernetes.io/router.tls": "true",
};
const alb = {
    "alb.ingress.kubernetes.io/scheme": "internet-facing",
    "alb.ingress.kubernetes.io/target-type": "ip",
    "alb.ingress.kubernetes.io/group.name": "cht",
    "alb.ingress.kubernetes.io/load-balancer-attributes": "idle_timeout.timeout_seconds=3600",
    "alb.ingress.kubernetes.io/healthcheck-port": "traffic-port",
    "alb.ingress.kubernetes.io/healthcheck-path": "/",
    "alb.ingress.kubernetes.io/success-codes": "200-399",
};
const albTls = {
    ...alb,
    "alb.ingress.kubernetes.io/listen-ports": '[{"HTTP":80},{"HTTPS":443}]',
    "alb.ingress.kubernetes.io/ssl-redirect": "443",
    "alb.ingress.kubernetes.io/ssl-policy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
};

/** Each kind of ingress with each kind of certificate that goes with it: annotations, scheme and the certificate's Secret. */
const table: [Platform, TlsModel, Record<string, string>, "http" | "https", string?][] = [
    ["vsphere", secret, nginxTls, "https", "own-certificate"],
    [
        "vsphere",
        clusterIssuer,
        { ...nginxTls, "cert-manager.io/cluster-issuer": "letsencrypt" },
        "https",
        "api-tls-secret",
    ],
    ["vsphere", issuer, { ...nginxTls, "cert-manager.io/issuer": "own" }, "https", "api-tls-secret"],
    ["vsphere", none, { ...nginx, "nginx.ingress.kubernetes.io/ssl-redirect": "false" }, "http"],
    ["k3s", secret, traefikTls, "https", "own-certificate"],
    [
        "k3s",
        clusterIssuer,
        { ...traefikTls, "cert-manager.io/cluster-issuer": "letsencrypt" },
        "https",
        "api-tls-secret",
    ],
    ["k3s", issuer, { ...traefikTls, "cert-manager.io/issuer": "own" }, "https", "api-tls-secret"],
    ["k3s", none, { "traefik.ingress.kubernetes.io/router.entrypoints": "web" }, "http"],
    ["eks", certificate, { ...albTls, "alb.ingress.kubernetes.io/certificate-arn": certificateArn }, "https"],
    ["eks", loadBalancer, albTls, "https"],
    ["eks", none, { ...alb, "alb.ingress.kubernetes.io/listen-ports": '[{"HTTP":80}]' }, "http"],
];

describe("the ingress of an instance", () => {
    for (const [platform, tls, annotations, scheme, secretName] of table) {
        const { kind } = clusters[platform].ingress;
        it(`${kind} with ${Object.values(tls).join(" ")}`, () => {
            assert.deepEqual(ingressRules(clusters[platform].ingress, tls), { annotations, scheme, secretName });
        });
    }

    it("has a load balancer of its own, or an internal one, where the operator says so", () => {
        const { annotations } = ingressRules({ ...clusters.eks.ingress, group: undefined, scheme: "internal" }, none);
        assert.equal(annotations["alb.ingress.kubernetes.io/group.name"], undefined);
        assert.equal(annotations["alb.ingress.kubernetes.io/scheme"], "internal");
    });

    it("has the certificate that the program made, but never instead of one that was given", () => {
        const made = "arn:aws:acm:eu-west-2:123456789012:certificate/1a2b";
        const key = "alb.ingress.kubernetes.io/certificate-arn";
        const rules = (tls: TlsModel, arn?: string) => ingressRules(clusters.eks.ingress, tls, arn);
        assert.deepEqual(rules(acm, made), { ...rules(loadBalancer), annotations: { ...albTls, [key]: made } });
        assert.equal(rules(certificate, made).annotations[key], certificateArn);
    });

    it("has the web ACL of the cluster, on a load balancer only", () => {
        const webAcl = "arn:aws:wafv2:eu-west-2:123456789012:regional/webacl/cht/0123";
        const { annotations } = ingressRules({ ...clusters.eks.ingress, webAcl }, none);
        assert.equal(annotations["alb.ingress.kubernetes.io/wafv2-acl-arn"], webAcl);
        assert.deepEqual(ingressRules({ ...clusters.vsphere.ingress, webAcl }, secret).annotations, nginxTls);
    });

    const path = {
        path: "/",
        pathType: "Prefix",
        backend: { service: { name: "api", port: { number: 5988 } } },
    };

    async function ingress(tls: TlsModel, platform: Platform): Promise<Inputs> {
        const cluster = clusters[platform];
        const { resources } = await registerInstance(planOf({ tls }, { cluster }), { cluster });
        return objectOf(resources, "Ingress", "api-ingress");
    }

    it("leads from the public host to API, with the certificate of the host", async () => {
        const { metadata, spec } = await ingress(clusterIssuer, "vsphere");
        assert.deepEqual(spec, {
            ingressClassName: "nginx",
            tls: [{ hosts: ["demo.example.org"], secretName: "api-tls-secret" }],
            rules: [{ host: "demo.example.org", http: { paths: [path] } }],
        });
        assert.deepEqual((metadata as Inputs)["annotations"], table[1]?.[2]);
    });

    it("has no certificate where the load balancer has it, and the controller's own class", async () => {
        assert.deepEqual((await ingress(loadBalancer, "eks"))["spec"], {
            ingressClassName: "alb",
            rules: [{ host: "demo.example.org", http: { paths: [path] } }],
        });
    });

    it("has another class where the cluster has", async () => {
        const cluster = { ...clusters.vsphere, ingress: { ...clusters.vsphere.ingress, className: "public" } };
        const { resources } = await registerInstance(planOf({}, { cluster }), { cluster });
        const { spec } = objectOf(resources, "Ingress", "api-ingress");
        assert.equal((spec as Inputs)["ingressClassName"], "public");
    });
});
