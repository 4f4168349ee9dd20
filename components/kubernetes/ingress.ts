import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { INGRESS, INGRESS_CERTIFICATE } from "../../cht/names";
import { api } from "../../cht/public-route";
import type { IngressModel } from "../../config/cluster-schema";
import type { TlsModel } from "../../config/schema";
import { metadata, type Scope } from "./scope";

/**
 * TLS 1.2 and 1.3, which every browser has that CHT supports. The controller's own default still takes TLS 1.0.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
 */
const sslPolicy = "ELBSecurityPolicy-TLS13-1-2-2021-06";

/**
 * Routes the instance's public host to API, with time-outs for the long polls by which phones synchronise.
 *
 * @param certificateArn of the certificate that the program makes, once it is validated: the load balancer takes no other.
 */
export function createIngress(scope: Scope, certificateArn?: pulumi.Input<string>): k8s.networking.v1.Ingress {
    const { plan, cluster, child } = scope;
    const rules = ingressRules(cluster.ingress, plan.tls, certificateArn);
    return new k8s.networking.v1.Ingress(
        `${plan.name}-ingress`,
        {
            metadata: metadata(scope, INGRESS, { annotations: rules.annotations }),
            spec: {
                ingressClassName: cluster.ingress.className ?? cluster.ingress.kind,
                tls:
                    rules.secretName === undefined ? undefined : [{ hosts: [plan.host], secretName: rules.secretName }],
                rules: [
                    {
                        host: plan.host,
                        http: {
                            paths: [
                                {
                                    path: "/",
                                    pathType: "Prefix",
                                    backend: { service: { name: api.service, port: { number: api.port } } },
                                },
                            ],
                        },
                    },
                ],
            },
        },
        child,
    );
}

/** The host name of the load balancer that the controller made for the Ingress; the provider waits until there is one. */
export function loadBalancerOf(ingress: k8s.networking.v1.Ingress): pulumi.Output<string> {
    // Of the mocks and of a preview there is no status.
    return ingress.status.apply((status) => status?.loadBalancer?.ingress?.[0]?.hostname ?? "");
}

type Annotations = Record<string, pulumi.Input<string>>;

/** What follows from the kind of ingress and certificate. A pure function, so that each case is a line in a test. */
export function ingressRules(
    ingress: IngressModel,
    tls: TlsModel,
    certificateArn?: pulumi.Input<string>,
): { annotations: Annotations; secretName?: string; scheme: "http" | "https" } {
    const encrypted = tls.kind !== "none";
    const annotations = {
        ...controllerAnnotations(ingress, encrypted),
        ...(ingress.kind === "alb" ? albCertificate(tls, certificateArn) : {}),
        ...certManagerAnnotations(tls),
    };
    const secretName =
        tls.kind === "secret" ? tls.secretName : tls.kind === "cert-manager" ? INGRESS_CERTIFICATE : undefined;
    return { annotations, secretName, scheme: encrypted ? "https" : "http" };
}

function controllerAnnotations(ingress: IngressModel, encrypted: boolean): Annotations {
    const idle = String(api.idleTimeoutSeconds);
    switch (ingress.kind) {
        case "nginx":
            return {
                "nginx.ingress.kubernetes.io/proxy-read-timeout": idle,
                "nginx.ingress.kubernetes.io/proxy-send-timeout": idle,
                "nginx.ingress.kubernetes.io/proxy-body-size": api.largestBody,
                "nginx.ingress.kubernetes.io/ssl-redirect": String(encrypted),
            };
        case "traefik":
            // Traefik has no time-outs per route: its entry points' idle time-out is the cluster's own setting.
            return {
                "traefik.ingress.kubernetes.io/router.entrypoints": encrypted ? "websecure" : "web",
                ...(encrypted ? { "traefik.ingress.kubernetes.io/router.tls": "true" } : {}),
            };
        case "alb":
            return {
                "alb.ingress.kubernetes.io/scheme": ingress.scheme,
                "alb.ingress.kubernetes.io/target-type": "ip",
                "alb.ingress.kubernetes.io/listen-ports": JSON.stringify(
                    encrypted ? [{ HTTP: 80 }, { HTTPS: 443 }] : [{ HTTP: 80 }],
                ),
                ...(encrypted
                    ? {
                          "alb.ingress.kubernetes.io/ssl-redirect": "443",
                          "alb.ingress.kubernetes.io/ssl-policy": sslPolicy,
                      }
                    : {}),
                // These hold for the whole group: what instances of one load balancer say of it must be the same.
                ...(ingress.group === undefined ? {} : { "alb.ingress.kubernetes.io/group.name": ingress.group }),
                ...(ingress.webAcl === undefined ? {} : { "alb.ingress.kubernetes.io/wafv2-acl-arn": ingress.webAcl }),
                "alb.ingress.kubernetes.io/load-balancer-attributes": `idle_timeout.timeout_seconds=${idle}`,
                "alb.ingress.kubernetes.io/healthcheck-port": "traffic-port",
                "alb.ingress.kubernetes.io/healthcheck-path": api.healthPath,
                "alb.ingress.kubernetes.io/success-codes": api.healthCodes,
            };
    }
}

/** The certificate that the load balancer shows for the host. Without one, the controller looks for it in ACM. */
function albCertificate(tls: TlsModel, made?: pulumi.Input<string>): Annotations {
    const arn = tls.kind === "load-balancer" ? tls.certificateArn : made;
    return arn === undefined ? {} : { "alb.ingress.kubernetes.io/certificate-arn": arn };
}

function certManagerAnnotations(tls: TlsModel): Annotations {
    if (tls.kind !== "cert-manager") {
        return {};
    }
    const key = tls.issuerKind === "ClusterIssuer" ? "cert-manager.io/cluster-issuer" : "cert-manager.io/issuer";
    return { [key]: tls.issuer };
}
