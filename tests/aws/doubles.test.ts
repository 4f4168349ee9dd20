/** The doubles that the other tests rely on: what they let pass would be no proof. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { call, checkout, environment } from "../support/checkout";
import { apply, eventually, get, kubectl } from "../support/kubectl";
import { run } from "../support/processes";
import { Account, type AwsResource, region } from "./support/account";
import { type AwsCli, installAwsCli } from "./support/aws-cli";
import { chart } from "./support/chart";
import { emptyCluster, volumes } from "./support/cluster";
import { makeNodes } from "./support/nodes";

describe("the double of the AWS CLI", () => {
    let account: Account;
    let cli: AwsCli;
    before(() => {
        account = new Account();
        cli = installAwsCli(account.folder);
    });
    const aws = (...args: string[]) => run(join(cli.bin, "aws"), args, { cwd: checkout(), env: environment() });
    const right = ["eks", "get-token", "--cluster-name", "one", "--region", region, "--output", "json"];

    it("answers a token that the API server accepts, to a kubeconfig of EKS", async () => {
        const kubeconfig = join(account.folder, "kubeconfig");
        const sandbox = readFileSync(join(checkout(), ".sandbox", "kubeconfig"), "utf8");
        const exec = `exec: { apiVersion: client.authentication.k8s.io/v1beta1, command: aws, interactiveMode: Never, args: ${JSON.stringify(right)} }`;
        writeFileSync(kubeconfig, sandbox.replace(/token: \S+/, exec));
        const env = { KUBECONFIG: kubeconfig, PATH: [cli.bin, environment()["PATH"]].join(delimiter) };
        const { code, stdout, stderr } = await call("kubectl", ["auth", "whoami"], { env });
        assert.equal(code, 0, stderr);
        assert.match(stdout, /system:masters/);
        assert.deepEqual(cli.calls(), [`${right.join(" ")} profile=`]);
    });

    it("refuses what the real one would refuse", async () => {
        for (const args of [
            ["eks", "update-kubeconfig", "--name", "one"],
            right.filter((each) => each !== "--region" && each !== region),
            right.filter((each) => each !== "--cluster-name" && each !== "one"),
            [...right, "--token"],
        ])
            assert.equal((await aws(...args)).code, 252, args.join(" "));
        cli.fail("Token has expired");
        const { code, stdout, stderr } = await aws(...right);
        assert.deepEqual([code, stdout, stderr], [255, "", "Token has expired\n"]);
    });
});

describe("the double of EKS's nodes and of the EBS driver", () => {
    before(emptyCluster);

    const resource = (type: string, id: string, properties: object): AwsResource => ({ type, region, id, properties });
    const group = (name: string, subnetId: string, type: string, more: object = {}) =>
        resource("aws:eks/nodeGroup:NodeGroup", name, {
            nodeGroupName: name,
            subnetIds: [subnetId],
            instanceTypes: [type],
            scalingConfig: { desiredSize: 1 },
            ...more,
        });

    it("makes nodes with the group's labels, taints, zone and size; volumes there with the class's tags", async () => {
        const account = new Account();
        const taints = [{ key: "kept", value: "true", effect: "NO_SCHEDULE" }];
        account.put(
            resource("aws:ec2/subnet:Subnet", "subnet-a", { availabilityZone: "eu-west-2a" }),
            resource("aws:ec2/subnet:Subnet", "subnet-b", { availabilityZone: "eu-west-2b" }),
            group("general", "subnet-a", "m7g.xlarge"),
            group("kept", "subnet-b", "r7g.xlarge", { labels: { kept: "true" }, taints }),
        );
        await makeNodes(account);
        const nodes = await get("nodes");
        assert.deepEqual(
            nodes
                .map(({ metadata, spec, status }) => [
                    metadata.labels?.["eks.amazonaws.com/nodegroup"],
                    metadata.labels?.["topology.kubernetes.io/zone"],
                    metadata.labels?.["kept"],
                    (spec.taints as { key: string; effect: string }[] | undefined)
                        // A node that is not ready yet has others, of Kubernetes' own.
                        ?.filter(({ key }) => key === "kept")
                        .map(({ effect }) => effect) ?? [],
                    [status.allocatable.cpu, status.allocatable.memory],
                ])
                .sort(),
            [
                ["general", "eu-west-2a", undefined, [], ["3670m", "14499Mi"]],
                ["kept", "eu-west-2b", "true", ["NoSchedule"], ["3670m", "30391Mi"]],
            ],
        );
        await apply(...claimed());
        const [volume] = await eventually(
            () => volumes(account),
            (found) => found.length === 1,
        );
        assert.match(volume?.id ?? "", /^vol-[0-9a-f]{17}$/);
        assert.deepEqual([volume?.zone, volume?.claim], ["eu-west-2b", "somebody/data"]);
        assert.equal(volume?.tags["of"], "cluster/somebody");
        account.reset();
        await makeNodes(account);
        assert.deepEqual(await get("nodes"), []);
    });

    it("renders the chart's double as AWS's: an IngressClass, a controller of that cluster", async () => {
        const args = [
            "template",
            "controller",
            chart,
            "--set",
            "clusterName=one",
            "--set",
            "serviceAccount.name=controller",
        ];
        const { code, stdout, stderr } = await call("helm", args);
        assert.equal(code, 0, stderr);
        assert.match(stdout, /--cluster-name=one/);
        await kubectl(["apply", "--dry-run=client", "--validate=false", "--filename=-"], onlyKnown(stdout));
        assert.notEqual((await call("helm", ["template", "controller", chart])).code, 0, "clusterName is required");
    });
});

/** Without objects of kinds that the chart itself brings. */
const onlyKnown = (manifests: string): string =>
    manifests
        .split(/^---$/m)
        .filter((each) => !/^kind: IngressClassParams$/m.test(each))
        .join("---\n");

/** A pod that only the kept node takes, with a volume. */
function claimed(): object[] {
    const metadata = { name: "data", namespace: "somebody" };
    return [
        { apiVersion: "v1", kind: "Namespace", metadata: { name: "somebody" } },
        {
            apiVersion: "storage.k8s.io/v1",
            kind: "StorageClass",
            metadata: { name: "gp3" },
            provisioner: "ebs.csi.aws.com",
            parameters: { tagSpecification_1: "of=cluster/{{ .PVCNamespace }}" },
            reclaimPolicy: "Retain",
            volumeBindingMode: "WaitForFirstConsumer",
        },
        {
            apiVersion: "v1",
            kind: "PersistentVolumeClaim",
            metadata,
            spec: {
                storageClassName: "gp3",
                accessModes: ["ReadWriteOnce"],
                resources: { requests: { storage: "1Gi" } },
            },
        },
        {
            apiVersion: "v1",
            kind: "Pod",
            metadata,
            spec: {
                nodeSelector: { kept: "true" },
                tolerations: [{ key: "kept", operator: "Exists" }],
                containers: [{ name: "data", image: "data:1" }],
                volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }],
            },
        },
    ];
}
