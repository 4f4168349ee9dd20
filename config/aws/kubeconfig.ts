export interface EksKubeconfigArgs {
    /** The EKS cluster's name. */
    readonly name: string;
    readonly region: string;
    /** A profile of the AWS configuration; without it, whoever uses the kubeconfig logs in by the usual search. */
    readonly profile?: string;
    /** `https://…` */
    readonly endpoint: string;
    /** PEM in base64, as EKS tells it. */
    readonly certificateAuthority: string;
}

/**
 * A kubeconfig that holds no secret: `aws eks get-token` makes a token of fifteen minutes at each use, with the AWS
 * credentials of whoever uses it.
 *
 * The profile is an argument, because an environment with other credentials would win over `AWS_PROFILE`.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/create-kubeconfig.html
 */
export function eksKubeconfig({ name, region, profile, endpoint, certificateAuthority }: EksKubeconfigArgs): string {
    return JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        clusters: [{ name, cluster: { server: endpoint, "certificate-authority-data": certificateAuthority } }],
        users: [
            {
                name,
                user: {
                    exec: {
                        apiVersion: "client.authentication.k8s.io/v1beta1",
                        command: "aws",
                        args: [
                            ...["--region", region],
                            ...(profile === undefined ? [] : ["--profile", profile]),
                            ...["eks", "get-token", "--cluster-name", name, "--output", "json"],
                        ],
                        interactiveMode: "Never",
                    },
                },
            },
        ],
        contexts: [{ name, context: { cluster: name, user: name } }],
        "current-context": name,
    });
}
