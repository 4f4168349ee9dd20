/** The kubeconfig that the official component makes: whoever uses it asks the AWS CLI for a token. */
export interface KubeconfigArgs {
    name: string;
    endpoint: string;
    certificateAuthority: string;
    region: string;
    profile?: string;
    role?: string;
}

export function kubeconfigOf({ name, endpoint, certificateAuthority, region, profile, role }: KubeconfigArgs): object {
    const args = [
        ...["--region", region, "eks", "get-token", "--cluster-name", name, "--output", "json"],
        ...(role === undefined ? [] : ["--role", role]),
        ...(profile === undefined ? [] : ["--profile", profile]),
    ];
    const info = '{"apiVersion": "client.authentication.k8s.io/v1beta1"}';
    return {
        apiVersion: "v1",
        clusters: [
            { cluster: { server: endpoint, "certificate-authority-data": certificateAuthority }, name: "kubernetes" },
        ],
        contexts: [{ context: { cluster: "kubernetes", user: "aws" }, name: "aws" }],
        "current-context": "aws",
        kind: "Config",
        users: [
            {
                name: "aws",
                user: {
                    exec: {
                        apiVersion: "client.authentication.k8s.io/v1beta1",
                        command: "aws",
                        args,
                        env: [{ name: "KUBERNETES_EXEC_INFO", value: info }],
                    },
                },
            },
        ],
    };
}
