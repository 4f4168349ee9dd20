/** The double of the AWS CLI: answers what a kubeconfig of EKS asks of it, `aws eks get-token`, and refuses everything else. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "../../support/checkout";

export interface AwsCli {
    /** The folder to put on PATH. */
    readonly bin: string;
    /** Its calls so far: arguments, and the profile that the environment named. */
    calls(): string[];
    /** What it answers from now on instead of a token: the error of an expired login. */
    fail(message: string): void;
    mend(): void;
}

/** @param folder of its files; nobody else's. */
export function installAwsCli(folder: string): AwsCli {
    const at = (file: string) => join(folder, file);
    const bin = at("bin");
    mkdirSync(bin, { recursive: true });
    writeFileSync(at("credential.json"), credential(), { mode: 0o600 });
    writeFileSync(join(bin, "aws"), script(folder), { mode: 0o755 });
    return {
        bin,
        calls: () => (existsSync(at("cli.log")) ? readFileSync(at("cli.log"), "utf8").split("\n").filter(Boolean) : []),
        fail: (message) => writeFileSync(at("cli-fails"), `${message}\n`),
        mend: () => writeFileSync(at("cli-fails"), ""),
    };
}

/** The token is in a file: arguments are for every user of the machine to read. */
function credential(): string {
    const kubeconfig = readFileSync(join(checkout(), ".sandbox", "kubeconfig"), "utf8");
    const [, token] = /token: (\S+)/.exec(kubeconfig) ?? [];
    if (token === undefined) throw new Error("the sandbox's kubeconfig has no token");
    return JSON.stringify({
        kind: "ExecCredential",
        apiVersion: "client.authentication.k8s.io/v1beta1",
        spec: {},
        status: { expirationTimestamp: "2099-01-01T00:00:00Z", token },
    });
}

/** The real program's usage: every option has a value, cluster and region must be there. */
const script = (folder: string): string => `#!/bin/sh
cd '${folder}' || exit 1
echo "$* profile=$AWS_PROFILE" >> cli.log
if [ -s cli-fails ]; then cat cli-fails >&2; exit 255; fi
usage() { echo "aws: error: $1" >&2; exit 252; }
cluster= region= command=
while [ $# -gt 0 ]; do
  case "$1" in
    --cluster-name) cluster=$2; shift 2 ;;
    --region) region=$2; shift 2 ;;
    --output) [ "$2" = json ] || usage "output $2"; shift 2 ;;
    --profile) shift 2 ;;
    --*) usage "Unknown options: $1" ;;
    *) command="$command $1"; shift ;;
  esac
done
[ "$command" = " eks get-token" ] || usage "the double knows 'eks get-token' only, not '$command'"
[ -n "$cluster" ] || usage "the following arguments are required: --cluster-name"
[ -n "$region" ] || usage "You must specify a region"
cat credential.json
`;
