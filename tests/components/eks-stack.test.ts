/** A stack that makes its own EKS cluster, and one whose instances run on it: the whole program, with AWS's answers given. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { type EksModel, eksSchema } from "../../config/aws/schema";
import { type AwsAccount, answers, emptyAccount, madeBy, madeInAws } from "../support/aws";
import { makeCertificate } from "../support/certificates";
import { resourceOf } from "../support/objects";
import { root, runProgram, type StackConfig, stackConfig, startEmptyApiServer } from "../support/program";
import { project, type Registered, type Run } from "../support/register";

const stack = "prod";
const prod = stackConfig(stack);
const clusterOf = (config: StackConfig) => config[`${project}:cluster`] as Record<string, unknown>;
const instancesOf = (config: StackConfig) => config[`${project}:instances`] as Record<string, Record<string, unknown>>;

/** Pulumi.prod.yaml with other keys of the cluster and of UAT. */
const file = (cluster: object = {}, uat: object = {}): StackConfig => ({
    [`${project}:cluster`]: { ...clusterOf(prod), ...cluster },
    [`${project}:instances`]: { ...instancesOf(prod), uat: { ...instancesOf(prod)["uat"], ...uat } },
});

interface Options {
    readonly account?: Partial<AwsAccount>;
    readonly firstPreview?: boolean;
    readonly before?: Record<string, unknown>;
}

function run(config: StackConfig = prod, { account, ...options }: Options = {}): Promise<Run> {
    const answer = answers({ ...emptyAccount, ...account });
    return runProgram(config, { ...options, stack, answer, made: options.firstPreview ? () => ({}) : madeInAws });
}

async function refusal(work: Promise<unknown>): Promise<string> {
    try {
        await work;
    } catch (error) {
        assert(pulumi.RunError.isInstance(error), String(error));
        return error.message;
    }
    assert.fail("it is not refused");
}

const nameOf = ({ type, name }: Registered) => `${type}::${name}`;

describe("a stack that makes an EKS cluster", () => {
    let update: Run;
    before(async () => {
        update = await run();
    });

    it("shows in the first preview what the update makes", async () => {
        const preview = await run(prod, { firstPreview: true });
        assert.deepEqual(preview.resources.map(nameOf).sort(), update.resources.map(nameOf).sort());
    });

    it("reads with a provider that works anywhere, and makes with one that works in that account only", () => {
        const { inputs: reading } = resourceOf(update.resources, "aws", "aws-read");
        assert.deepEqual(reading, {
            region: "eu-west-2",
            skipCredentialsValidation: "true",
            // The SDK's own default.
            skipRegionValidation: "true",
            skipRequestingAccountId: "true",
        });
        const { inputs } = resourceOf(update.resources, "aws", "aws");
        assert.equal(inputs["allowedAccountIds"], '["123456789012"]');
        assert.deepEqual(JSON.parse(String(inputs["defaultTags"])), {
            tags: { project: "cht", "cht-hosting/stack": "cht-hosting.prod", "cht-hosting/cluster": "cht-prod" },
        });
        const readers = update.resources.filter(({ options }) => options.provider.endsWith("aws::aws-read"));
        assert.deepEqual(readers.map(nameOf), []);
    });

    it("reaches the cluster as soon as it is made, by its component's kubeconfig", () => {
        const { inputs, secretInputs, options } = resourceOf(update.resources, "kubernetes", "cluster");
        assert.equal(inputs["clusterIdentifier"], "cht-prod");
        assert.match(String(inputs["kubeconfig"]), /"get-token","--cluster-name","cht-prod"/);
        assert.deepEqual(secretInputs, ["kubeconfig"]);
        assert(options.dependsOn.includes("eks:index:Cluster::cht-prod"));
    });

    it("makes instances after nodes, add-ons, the load balancer controller and the storage classes", () => {
        const { options } = resourceOf(update.resources, "ChtInstance", "uat");
        const needed = [
            ...["couchdb-eu-west-2a", "general-eu-west-2c"].map(
                (name) => `aws:eks/nodeGroup:NodeGroup::cht-prod-${name}`,
            ),
            ...["aws-ebs-csi-driver", "coredns"].map((name) => `aws:eks/addon:Addon::cht-prod-${name}`),
            "kubernetes:helm.sh/v3:Release::cht-prod-load-balancer-controller",
            "kubernetes:storage.k8s.io/v1:StorageClass::cht-prod-class-gp3",
        ];
        assert.deepEqual(
            needed.filter((name) => !options.dependsOn.includes(name)),
            [],
        );
    });

    it("makes certificates before the instances and their records after them", () => {
        const ingress = resourceOf(update.resources, "Ingress", "uat-ingress");
        assert(
            ingress.options.dependsOn.includes(
                "aws:acm/certificateValidation:CertificateValidation::uat-certificate-issued",
            ),
        );
        const record = resourceOf(update.resources, "Record", "uat-address");
        assert(record.options.dependsOn.includes("kubernetes:networking.k8s.io/v1:Ingress::uat-ingress"));
        assert.equal(record.inputs["name"], "uat.cht.example.org");
    });

    it("runs CouchDB, and nothing else, on the nodes that are kept for it", () => {
        const kept = update.resources.filter(({ type, inputs }) => {
            if (!type.endsWith(":Deployment")) return false;
            const { spec } = (inputs["spec"] as { template: { spec: object } }).template;
            return JSON.stringify(spec).includes("cht-hosting/couchdb");
        });
        assert.deepEqual(kept.map(({ name }) => name).sort(), [
            ...[1, 2, 3].map((node) => `production-cht-couchdb-${node}`),
            "staging-cht-couchdb",
            "uat-cht-couchdb",
        ]);
    });

    it("tells of its cluster what it must know again, the snapshots in words, and the cost", () => {
        const { eks, snapshots, cost, cluster } = update.outputs as Record<string, Record<string, unknown>>;
        assert.deepEqual(eks, {
            name: "cht-prod",
            region: "eu-west-2",
            account: "123456789012",
            version: "1.35",
            zones: ["eu-west-2a", "eu-west-2b", "eu-west-2c"],
        });
        assert.deepEqual(snapshots?.["test"], ["every day at 04:00 UTC, 3 kept"]);
        assert.equal(typeof cost?.["monthly"], "number");
        assert.equal(cluster, undefined);
    });

    it("tells what AWS and what the instances are refused for at once", async () => {
        const text = await refusal(
            run(
                file(
                    { version: "1.34", nodes: undefined, autoMode: {}, addons: {}, loadBalancerController: undefined },
                    { host: "uat.example.com" },
                ),
                {
                    account: { zones: ["eu-west-2a", "eu-west-2b"] },
                },
            ),
        );
        const [heading, ...problems] = text.split("\n\n");
        assert.equal(heading, "Pulumi.prod.yaml does not fit what there is in AWS, and in the cluster 'cht-prod':");
        assert.deepEqual(
            problems.map((problem) => problem.trim().split("\n")[0]),
            ["cluster.zones[2]", "cluster.addons.snapshot-controller", "instances.uat.host"],
        );
    });

    it("knows its cluster again", async () => {
        const eks = { ...(update.outputs as { eks: object }).eks, region: "eu-west-1" };
        assert.match(
            await refusal(run(prod, { before: { eks } })),
            /cluster\.region\n {4}The stack's cluster 'cht-prod' is in eu-west-1,/,
        );
    });

    it("refuses credentials of another account before anything else is asked", async () => {
        const text = await refusal(run(prod, { account: { account: "111111111111" } }));
        assert.match(
            text,
            /^AWS cannot be read:\n\n {2}cluster\.account\n {4}is 123456789012, but the AWS credentials belong to the account 111111111111\./,
        );
    });
});

describe("a stack whose EKS cluster is there", () => {
    const model: EksModel = eksSchema.parse(clusterOf(prod));
    let folder: string;
    let apiServer: { url: string; stop: () => Promise<void> };
    const tokens = new Set<string | undefined>();
    const [from, to] = [new Date(), new Date(Date.now() + 3_600_000)];
    const certificate = makeCertificate({ subject: "api", hosts: ["127.0.0.1"], from, to, authority: true });
    const path = process.env["PATH"] ?? "";

    before(async () => {
        folder = mkdtempSync(join(tmpdir(), "cht-hosting-"));
        apiServer = await startEmptyApiServer({
            certificate,
            seen: ({ headers }) => tokens.add(headers.authorization),
        });
    });
    beforeEach(() => tokens.clear());
    afterEach(() => {
        process.env["PATH"] = path;
    });
    after(async () => {
        rmSync(folder, { recursive: true });
        await apiServer.stop();
    });

    /** A program `aws` that logs in to every cluster. */
    function installAws(): void {
        const credential = {
            apiVersion: "client.authentication.k8s.io/v1beta1",
            kind: "ExecCredential",
            status: { token: "token" },
        };
        writeFileSync(join(folder, "aws"), `#!/bin/sh\necho '${JSON.stringify(credential)}'\n`);
        chmodSync(join(folder, "aws"), 0o755);
        process.env["PATH"] = `${folder}${delimiter}${path}`;
    }

    const account = (): Partial<AwsAccount> => ({
        ...madeBy(model, "cht-hosting.prod", {
            endpoint: apiServer.url,
            certificateAuthority: certificate.certificate,
        }),
        vpcs: {
            "vpc-0123456789abcdef0": { cidrs: ["10.20.0.0/16"], tags: { "cht-hosting/stack": "cht-hosting.prod" } },
        },
    });

    it("looks into it, and reaches it by what is known of it", async () => {
        installAws();
        const { resources } = await run(prod, { account: account(), firstPreview: true });
        assert.deepEqual([...tokens], ["Bearer token"]);
        const { inputs } = resourceOf(resources, "kubernetes", "cluster");
        assert(String(inputs["kubeconfig"]).includes(apiServer.url));
    });

    it("says which program is missing", async () => {
        process.env["PATH"] = folder;
        rmSync(join(folder, "aws"), { force: true });
        assert.match(
            await refusal(run(prod, { account: account() })),
            /^cluster 'cht-prod' cannot be read \(.*\): the program 'aws', by which the kubeconfig logs in, is not on PATH: install the AWS CLI, version 2$/,
        );
    });

    it("does not look into somebody else's", async () => {
        installAws();
        const others = {
            ...account(),
            ...madeBy(model, "cht-hosting.other", {
                endpoint: apiServer.url,
                certificateAuthority: certificate.certificate,
            }),
        };
        assert.match(await refusal(run(prod, { account: others })), /belongs to the stack 'cht-hosting\.other'/);
        assert.deepEqual([...tokens], []);
    });
});

describe("instances on an EKS cluster of another stack", () => {
    let apiServer: { url: string; stop: () => Promise<void> };
    before(async () => {
        apiServer = await startEmptyApiServer();
    });
    after(() => apiServer.stop());

    /** What `Pulumi.prod.yaml` exports, as the engine hands it on. */
    async function exported(): Promise<Record<string, unknown>> {
        const { outputs } = await run(file({ share: true }));
        const { cluster } = outputs as { cluster: Record<string, unknown> };
        const context = { name: "c", context: { cluster: "c", user: "u" } };
        const kubeconfig = JSON.stringify({
            ...{ apiVersion: "v1", kind: "Config", "current-context": "c", contexts: [context] },
            clusters: [{ name: "c", cluster: { server: apiServer.url, "insecure-skip-tls-verify": true } }],
            users: [{ name: "u", user: {} }],
        });
        return { ...cluster, kubeconfig };
    }

    async function runOn(cluster: Record<string, unknown>, instance: object, asked: string[] = []): Promise<Run> {
        const answer = answers(emptyAccount);
        const config = {
            [`${project}:cluster`]: { kind: "stack", name: "organization/cht-hosting/prod" },
            [`${project}:instances`]: {
                demo: { version: "5.3.0", couchdb: { volume: { kind: "new", size: "10Gi" } }, ...instance },
            },
        };
        return runProgram(config, {
            stack: "tenant",
            answer(token, inputs) {
                asked.push(token.split(":").at(-1) ?? "");
                return answer(token, inputs);
            },
            made: (type, name) =>
                type === "pulumi:pulumi:StackReference"
                    ? { outputs: pulumi.output({ cluster }), secretOutputNames: ["cluster"] }
                    : madeInAws(type, name),
        });
    }

    it("have certificates and records of their own, made in the cluster's account and tagged as theirs", async () => {
        const { resources } = await runOn(await exported(), { host: "demo.cht.example.org", tls: { kind: "acm" } });
        const { inputs } = resourceOf(resources, "aws", "aws");
        assert.equal(inputs["allowedAccountIds"], '["123456789012"]');
        assert.equal(JSON.parse(String(inputs["defaultTags"])).tags["cht-hosting/stack"], "cht-hosting.tenant");
        assert.equal(resourceOf(resources, "Record", "demo-address").inputs["zoneId"], "Z0123456789ABCDEFGHIJ");
        assert.equal(
            resources.find(({ type }) => type === "aws:acm/certificate:Certificate")?.inputs["domainName"],
            "demo.cht.example.org",
        );
        const couchdb = resourceOf(resources, "Deployment", "demo-cht-couchdb").inputs;
        assert.match(JSON.stringify(couchdb), /cht-hosting\/couchdb/);
    });

    it("ask AWS nothing where they have nothing there", async () => {
        const { aws, ...rest } = await exported();
        const place = { ...(aws as object), hostedZone: undefined };
        const asked: string[] = [];
        const { resources } = await runOn(
            { ...rest, aws: place },
            { host: "demo.example.org", tls: { kind: "load-balancer" } },
            asked,
        );
        assert.deepEqual(asked, []);
        assert.deepEqual(resources.filter(({ type }) => /\baws\b/.test(type)).map(nameOf), []);
    });
});

describe("a stack without AWS", () => {
    it("does not wait for its libraries", () => {
        const program = join(root, "dist", "components", "kubernetes", "stack.js");
        const script = `require(${JSON.stringify(program)}); console.log(JSON.stringify(Object.keys(require.cache)))`;
        const loaded = JSON.parse(execFileSync(process.execPath, ["-e", script], { encoding: "utf8" })) as string[];
        assert(loaded.includes(program));
        assert.deepEqual(
            loaded.filter((file) => /@pulumi\/(aws|eks)\//.test(file)),
            [],
        );
    });
});
