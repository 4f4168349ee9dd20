import * as k8s from "@pulumi/kubernetes";
import { INGRESS, INGRESS_CERTIFICATE } from "../../cht/names";
import { api } from "../../cht/public-route";
import type { IngressModel } from "../../config/cluster-schema";
import type { TlsModel } from "../../config/schema";
import { metadata, type Scope } from "./scope";

/** Routes the instance's public host to API, with time-outs for the long polls by which phones synchronise. */
export function createIngress(scope: Scope): k8s.networking.v1.Ingress {
    const { plan, cluster, child } = scope;
    const rules = ingressRules(cluster.ingress, plan.tls);
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

/** What follows from the kind of ingress and certificate. A pure function, so that each case is a line in a test. */
export function ingressRules(
    ingress: IngressModel,
    tls: TlsModel,
): { annotations: Record<string, string>; secretName?: string; scheme: "http" | "https" } {
    const encrypted = tls.kind !== "none";
    const annotations = { ...controllerAnnotations(ingress, tls, encrypted), ...certificateAnnotations(tls) };
    const secretName =
        tls.kind === "secret" ? tls.secretName : tls.kind === "cert-manager" ? INGRESS_CERTIFICATE : undefined;
    return { annotations, secretName, scheme: encrypted ? "https" : "http" };
}

function controllerAnnotations(ingress: IngressModel, tls: TlsModel, encrypted: boolean): Record<string, string> {
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
                ...(encrypted ? { "alb.ingress.kubernetes.io/ssl-redirect": "443" } : {}),
                ...(tls.kind === "load-balancer" && tls.certificateArn !== undefined
                    ? { "alb.ingress.kubernetes.io/certificate-arn": tls.certificateArn }
                    : {}),
                ...(ingress.group === undefined ? {} : { "alb.ingress.kubernetes.io/group.name": ingress.group }),
                "alb.ingress.kubernetes.io/load-balancer-attributes": `idle_timeout.timeout_seconds=${idle}`,
                "alb.ingress.kubernetes.io/healthcheck-port": "traffic-port",
                "alb.ingress.kubernetes.io/healthcheck-path": api.healthPath,
                "alb.ingress.kubernetes.io/success-codes": api.healthCodes,
            };
    }
}

function certificateAnnotations(tls: TlsModel): Record<string, string> {
    if (tls.kind !== "cert-manager") {
        return {};
    }
    const key = tls.issuerKind === "ClusterIssuer" ? "cert-manager.io/cluster-issuer" : "cert-manager.io/issuer";
    return { [key]: tls.issuer };
}
