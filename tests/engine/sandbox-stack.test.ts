/** The stack of the quick start, as a person deploys it: whole, exact, and the same again. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bareEnvironment, checkout } from "../support/checkout";
import { apply, get, nameOf, objectsIn, tryKubectl } from "../support/kubectl";
import { run } from "../support/processes";
import { Stack, type Step, shortName, succeeded } from "../support/stack";
import { arrowsOf } from "./arrows";
import { expectedArrows, expectedObjects } from "./sandbox-expected";

const instances = ["production", "staging", "uat"] as const;

describe("the sandbox stack", () => {
    const stack = new Stack("sandbox");
    let file: string;
    let previewed: Step[];

    before(async () => {
        file = readFileSync(join(checkout(), "Pulumi.sandbox.yaml"), "utf8");
        await stack.init();
        previewed = await stack.steps();
        await stack.deploy();
    });

    it("makes exactly the resources of its preview", async () => {
        assert.deepEqual([...new Set(previewed.map(({ op }) => op))], ["create"]);
        // Providers that the SDK makes for itself are not steps of a preview.
        const made = (await stack.resources()).filter((resource) => !/^\S+ default_/.test(resource));
        assert.deepEqual(
            previewed
                .map(({ urn }) => shortName(urn))
                .filter((resource) => !/^\S+ default_/.test(resource))
                .sort(),
            made,
        );
    });

    for (const name of instances) {
        it(`makes exactly the objects of ${name}`, async () => {
            assert.deepEqual(await objectsIn(name), expectedObjects[name]);
        });

        it(`runs ${name}: every Deployment available, every claim Bound`, async () => {
            const deployments = await get("deployments", `--namespace=${name}`);
            const states = deployments.map(
                ({ kind, metadata, status }) =>
                    `${kind}/${metadata.name} ${status.availableReplicas}/${status.replicas}`,
            );
            assert.deepEqual(
                states.sort(),
                expectedObjects[name].filter((each) => each.startsWith("Deployment/")).map((each) => `${each} 1/1`),
            );
            const claims = await get("persistentvolumeclaims", `--namespace=${name}`);
            assert.deepEqual(
                claims.map(({ status }) => status.phase),
                claims.map(() => "Bound"),
            );
            // Refused by admission or quota, a pod would leave a Deployment that seems well by its old pod.
            const refused = await get("events", `--namespace=${name}`, "--field-selector=reason=FailedCreate");
            assert.deepEqual(
                refused.map((event) => event["message"] as string),
                [],
            );
        });

        it(`allows exactly these connections in ${name}`, async () => {
            const policies = await get("networkpolicies", `--namespace=${name}`);
            const deny = policies.find(({ metadata }) => metadata.name === "default-deny");
            assert.deepEqual(deny?.["spec"], { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
            assert.deepEqual(arrowsOf(policies), expectedArrows[name]);
        });

        it(`refuses a pod in ${name} that would be root of its node`, async () => {
            const { code, stderr } = await tryKubectl(
                ["apply", `--namespace=${name}`, "--filename=-"],
                JSON.stringify(intruder),
            );
            assert.equal(code, 1);
            assert.match(
                stderr,
                /violates PodSecurity "baseline:latest": host namespaces \(hostNetwork=true\), hostPath volumes \(volume "node"\), privileged/,
            );
            assert.deepEqual(await get("pod/intruder", `--namespace=${name}`), []);
        });
    }

    it("would admit the intruder where nobody forbids it", async () => {
        await apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "open" } });
        const { code } = await tryKubectl(
            ["apply", "--namespace=open", "--dry-run=server", "--filename=-"],
            JSON.stringify(intruder),
        );
        assert.equal(code, 0);
    });

    it("spreads the three CouchDB nodes of production over the zones", async () => {
        const pods = await get("pods", "--namespace=production", "--selector=app.kubernetes.io/component=couchdb");
        const nodes = new Map(
            (await get("nodes")).map(({ metadata }) => [
                metadata.name,
                metadata.labels?.["topology.kubernetes.io/zone"],
            ]),
        );
        assert.deepEqual(pods.map(({ spec }) => nodes.get(spec.nodeName)).sort(), ["zone-a", "zone-b", "zone-c"]);
    });

    describe('in a shell after eval "$(npm run --silent env)"', () => {
        const shell = (command: string) =>
            run("sh", ["-c", `eval "$(npm run --silent env)" && ${command}`], {
                cwd: checkout(),
                env: bareEnvironment,
            });

        it("has nothing to change: preview, up, refresh", async () => {
            for (const command of ["preview", "up --yes --skip-preview", "refresh --yes --skip-preview"]) {
                const { stdout } = succeeded(
                    await shell(`pulumi ${command} -s sandbox --expect-no-changes --non-interactive`),
                );
                assert.match(stdout, /Resources:\n\s+\d+ unchanged\n/);
            }
        });

        it("npm run destroy removes all but the data, and says how to remove that", async () => {
            const claims = (
                await get(
                    "persistentvolumeclaims",
                    "--all-namespaces",
                    "--selector=cht-hosting/stack=cht-hosting.sandbox",
                )
            ).map(nameAndUid);
            const { stdout } = succeeded(
                await run("npm", ["run", "--silent", "destroy"], { cwd: checkout(), env: bareEnvironment }),
            );
            for (const name of instances) assert.deepEqual(await objectsIn(name), expectedObjects[name].filter(isKept));
            assert.deepEqual(
                (
                    await get(
                        "persistentvolumeclaims",
                        "--all-namespaces",
                        "--selector=cht-hosting/stack=cht-hosting.sandbox",
                    )
                ).map(nameAndUid),
                claims,
            );
            assert.equal(claims.length, 5);
            assert.match(stdout, /^ {2}kubectl delete namespace production staging uat$/m);
            assert.match(stdout, /^ {2}pulumi state unprotect --all --yes --stack sandbox$/m);
        });

        it("pulumi up brings it back, and pulumi destroy --exclude-protected takes it down again", async () => {
            succeeded(await shell("pulumi up --yes --skip-preview -s sandbox --non-interactive"));
            for (const name of instances) assert.deepEqual(await objectsIn(name), expectedObjects[name]);
            succeeded(
                await shell("pulumi destroy --exclude-protected --yes --skip-preview -s sandbox --non-interactive"),
            );
            for (const name of instances) assert.deepEqual(await objectsIn(name), expectedObjects[name].filter(isKept));
        });

        it("the way out that npm run destroy names removes everything for good", async () => {
            succeeded(
                await shell(
                    "kubectl delete namespace production staging uat && pulumi state unprotect --all --yes --stack sandbox && pulumi destroy --yes --stack sandbox --non-interactive",
                ),
            );
            assert.deepEqual(await stack.resources(), []);
            assert.deepEqual(await get("namespaces", "--selector=cht-hosting/stack=cht-hosting.sandbox"), []);
        });

        it("all of this leaves the stack file as it was", () => {
            assert.equal(readFileSync(join(checkout(), "Pulumi.sandbox.yaml"), "utf8"), file);
        });
    });
});

/** What would take over its node. */
const intruder = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "intruder" },
    spec: {
        hostNetwork: true,
        containers: [
            {
                name: "intruder",
                image: "intruder:1",
                securityContext: { privileged: true },
                // so that the quota does not refuse it first
                resources: { requests: { cpu: "1m", memory: "1Mi" }, limits: { memory: "1Mi" } },
            },
        ],
        volumes: [{ name: "node", hostPath: { path: "/" } }],
    },
};

const isKept = (object: string): boolean => /^PersistentVolumeClaim\/|^Secret\/cht-couchdb-credentials$/.test(object);
const nameAndUid = (object: Parameters<typeof nameOf>[0]): string =>
    `${object.metadata.namespace} ${nameOf(object)} ${object.metadata.uid}`;
