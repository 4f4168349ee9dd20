import * as k8s from "@pulumi/kubernetes";
import { SERVICE_LABEL } from "../../cht/names";
import { metadata, type Scope } from "./scope";

/**
 * The names by which the services find one another. Plain ClusterIP: HAProxy looks its servers up once, at start, and a
 * headless name would lead it to a pod that is gone.
 */
export function createServices(scope: Scope): k8s.core.v1.Service[] {
    const { plan, child } = scope;
    return plan.description.services.map(
        ({ name, service, ports, beforeReady }) =>
            new k8s.core.v1.Service(
                `${plan.name}-${name}`,
                {
                    metadata: metadata(scope, name, {
                        labels: { [SERVICE_LABEL]: service },
                        // A Service is there before the pods behind it, which need its name to start; that they are
                        // ready is seen on their Deployment.
                        annotations: { "pulumi.com/skipAwait": "true" },
                    }),
                    spec: {
                        type: "ClusterIP",
                        selector: { [SERVICE_LABEL]: service },
                        publishNotReadyAddresses: beforeReady,
                        ports: ports.map((port) => ({
                            name: port.name,
                            port: port.port,
                            targetPort: port.port,
                            protocol: "TCP",
                        })),
                    },
                },
                child,
            ),
    );
}
