/** What somebody changes in the cluster past the program is found by a refresh, told exactly, and mended. */
import assert from "node:assert/strict";
import { get, kubectl, nameOf, tryKubectl } from "../support/kubectl";
import { Stack, shortName, smallInstance, succeeded } from "../support/stack";

const name = "drifted";

/** What was changed by hand, as Pulumi names it, with what mends it. */
const mended = [
    "create NetworkPolicy drifted-allow-api",
    "update ConfigMap drifted-servers",
    "update Deployment drifted-cht-api",
    "update Deployment drifted-cht-sentinel",
    "update Service drifted-haproxy",
];

describe("drift", () => {
    let stack: Stack;
    let asMade: Map<string, string>;
    before(async () => {
        stack = await Stack.create("drift", { instances: { [name]: smallInstance(name) } });
        await stack.deploy();
        asMade = await contents();
    });

    it("is not there after an update", async () => {
        succeeded(await stack.run("refresh", "--yes", "--skip-preview", "--expect-no-changes"));
    });

    it("is found by preview --refresh, which changes nothing", async () => {
        await drift();
        const before = await contents();
        assert.deepEqual(differences(asMade, before), [
            "ConfigMap/couchdb-servers-configmap",
            "Deployment/cht-api",
            "Deployment/cht-sentinel",
            "NetworkPolicy/allow-api",
            "Service/haproxy",
        ]);
        const steps = await stack.steps("--refresh");
        const changes = steps
            .filter(({ op }) => op !== "same" && op !== "refresh")
            .map(({ op, urn }) => `${op} ${shortName(urn)}`);
        assert.deepEqual(changes.sort(), mended);
        assert.deepEqual(differences(before, await contents()), []);
    });

    it("is mended by up --refresh, and by nothing more than that", async () => {
        succeeded(await stack.up("--refresh"));
        assert.deepEqual(differences(asMade, await contents()), []);
        succeeded(await stack.run("refresh", "--yes", "--skip-preview", "--expect-no-changes"));
    });

    it("is taken into the state by refresh alone, which leaves the cluster as it is, and mended by the next up", async () => {
        await drift();
        const before = await contents();
        succeeded(await stack.run("refresh", "--yes", "--skip-preview"));
        assert.deepEqual(differences(before, await contents()), []);
        const state = await stack.resources();
        assert.ok(!state.includes("NetworkPolicy drifted-allow-api"));
        const changes = (await stack.steps())
            .filter(({ op }) => op !== "same")
            .map(({ op, urn }) => `${op} ${shortName(urn)}`);
        assert.deepEqual(changes.sort(), mended);
        await stack.deploy();
        assert.deepEqual(differences(asMade, await contents()), []);
        await stack.expectNoChanges();
    });

    it("of a Service's port is mended by an update, though a dry run of it cannot pass", async () => {
        // The dry run merges the two ports, which have one name; an update first takes the field over from kubectl.
        await kubectl([
            `--namespace=${name}`,
            "patch",
            "service/haproxy",
            "--type=json",
            '--patch=[{"op":"replace","path":"/spec/ports/0/port","value":5999}]',
        ]);
        assert.deepEqual(differences(asMade, await contents()), ["Service/haproxy"]);
        succeeded(await stack.up("--refresh"));
        assert.deepEqual(differences(asMade, await contents()), []);
        await stack.expectNoChanges();
    });
});

/** What people do with kubectl at night. */
async function drift(): Promise<void> {
    const inNamespace = (...args: string[]) => kubectl([`--namespace=${name}`, ...args]);
    await inNamespace("scale", "deployment/cht-api", "--replicas=0");
    await inNamespace("label", "deployment/cht-sentinel", "app.kubernetes.io/part-of-");
    await inNamespace(
        "patch",
        "service/haproxy",
        "--type=json",
        '--patch=[{"op":"replace","path":"/spec/ports/0/targetPort","value":5999}]',
    );
    await inNamespace("delete", "networkpolicy/allow-api");
    await inNamespace(
        "patch",
        "configmap/couchdb-servers-configmap",
        "--type=merge",
        '--patch={"data":{"COUCHDB_SERVERS":"elsewhere"}}',
    );
    // Scaled down is what the operator sees; nothing may run behind it.
    assert.equal(
        (
            await tryKubectl([
                `--namespace=${name}`,
                "wait",
                "--for=delete",
                "pod",
                "--selector=cht.service=api",
                "--timeout=30s",
            ])
        ).code,
        0,
    );
}

/** What each object is made of, without what controllers write on it. */
async function contents(): Promise<Map<string, string>> {
    const objects = await get(
        "deployments,services,configmaps,secrets,networkpolicies,ingresses,resourcequotas,limitranges,persistentvolumeclaims",
        `--namespace=${name}`,
    );
    return new Map(
        objects.map((object) => [
            nameOf(object),
            JSON.stringify([object.metadata.labels, object["spec"], object["data"]]),
        ]),
    );
}

const differences = (before: Map<string, string>, after: Map<string, string>): string[] =>
    [...new Set([...before.keys(), ...after.keys()])].filter((key) => before.get(key) !== after.get(key)).sort();
