/** What an operator changes in a running instance: what may, changes exactly; what would harm data is refused. */
import assert from "node:assert/strict";
import { get, getOne, type KubernetesObject, kubectl, uids } from "../support/kubectl";
import { refusal, Stack, shortName, smallInstance } from "../support/stack";

const cpu = (request: string) => ({ requests: { cpu: request } });
const others = {
    four: smallInstance("four", { version: "4.22.0" }),
    old: smallInstance("old", { version: "4.2.0" }),
};

describe("changes of a running instance", () => {
    let stack: Stack;
    before(async () => {
        stack = await Stack.create("changes", { instances: { ...others, changing: current } });
        await stack.deploy();
    });
    // Whatever a test has left in the file.
    beforeEach(() => stack.write({ instances: { ...others, changing: current } }));
    let current = smallInstance("changing");

    it("gives a service other resources, and the quota follows", async () => {
        const before = await versions("changing");
        current = { ...current, resources: { api: cpu("1500m") } };
        stack.write({ instances: { ...others, changing: current } });
        assert.deepEqual(await changedBy(stack), [
            "update Deployment changing-cht-api",
            "update ResourceQuota changing-quota",
        ]);
        const quota = await hard("changing");
        await stack.deploy();
        assert.deepEqual(difference(before, await versions("changing")), [
            "Deployment/cht-api",
            "ResourceQuota/cht-quota",
        ]);
        assert.equal((await container("cht-api"))["resources"].requests.cpu, "1500m");
        // From 500m: one processor more.
        assert.equal(millis(await hard("changing")) - millis(quota), 1000);
        await stack.expectNoChanges();
    });

    it("takes a new patch release: only images change, and the volume is the same", async () => {
        const [specsBefore, claims] = [await specs(), await uids("persistentvolumeclaims", "changing")];
        current = { ...current, version: "5.2.1" };
        stack.write({ instances: { ...others, changing: current } });
        assert.deepEqual(await changedBy(stack), [
            "update ChtInstance changing",
            "update Deployment changing-cht-api",
            "update Deployment changing-cht-couchdb",
            "update Deployment changing-cht-haproxy",
            "update Deployment changing-cht-sentinel",
            // where the release that has the data is written down
            "update Namespace changing",
        ]);
        await stack.deploy();
        const specsAfter = await specs();
        assert.deepEqual(JSON.parse(JSON.stringify(specsBefore).replaceAll(":5.2.0", ":5.2.1")), specsAfter);
        assert.notDeepEqual(specsBefore, specsAfter);
        assert.deepEqual(await uids("persistentvolumeclaims", "changing"), claims);
        await stack.expectNoChanges();
    });

    it("refuses every step that CHT cannot make, all in one message, and changes nothing", async () => {
        stack.write({
            instances: {
                changing: { ...current, version: "5.1.0" },
                four: { ...others.four, version: "5.0.0" },
                old: { ...others.old, version: "5.2.0" },
            },
        });
        await refused(
            stack,
            `Pulumi.changes.yaml does not fit what runs in the cluster 'sandbox':

  instances.changing.version
    CHT 5.2.1 is running, and 5.1.0 is older: an older release cannot read data that a newer one has changed. Set version: 5.2.1, or restore a snapshot from before the upgrade as a new instance.

  instances.four.version
    From CHT 4.22.0 to 5.0.0 there is no way back, and no snapshot has been named. Take a snapshot of every CouchDB volume, and name it in upgrade.snapshot.

  instances.old.version
    CHT 4.2.0 cannot become 5.2.0 in one step: versions before 4.5.0 must pass through 4.5.0 or later. Set version: 4.22.0 first, and when the instance is up again the version you want.`,
        );
    });

    it("refuses CHT 3.x, with the way out", async () => {
        stack.write({ instances: { ...others, changing: { ...current, version: "3.17.0" } } });
        await refused(
            stack,
            `Pulumi.changes.yaml is not valid:

  instances.changing.version
    CHT 3.17.0 is end of life and cannot be hosted; migrate its data to 4.x with medic/couchdb-migration, then give the 4.x version.`,
        );
    });

    it("refuses to mend a newer image downwards: an administrator has upgraded", async () => {
        await kubectl([
            "--namespace=changing",
            "set",
            "image",
            "deployment/cht-api",
            "cht-api=public.ecr.aws/medic/cht-api:5.2.2",
        ]);
        await refused(
            stack,
            `Pulumi.changes.yaml does not fit what runs in the cluster 'sandbox':

  instances.changing.version
    CHT 5.2.2 is running, and 5.2.1 is older: an older release cannot read data that a newer one has changed. Set version: 5.2.2, or restore a snapshot from before the upgrade as a new instance.`,
        );
        assert.equal((await container("cht-api"))["image"], "public.ecr.aws/medic/cht-api:5.2.2");
        current = { ...current, version: "5.2.2" };
        await stack.deploy({ instances: { ...others, changing: current } });
        await stack.expectNoChanges();
    });

    it("takes a 4.x to 5.x with a snapshot named: the upgrade service goes, and the full-text index comes", async () => {
        const claims = await uids("persistentvolumeclaims", "four");
        const four = { ...others.four, version: "5.2.0", upgrade: { snapshot: "before-5" } };
        await stack.deploy({ instances: { ...others, changing: current, four } });
        const names = (await get("deployments", "--namespace=four")).map(({ metadata }) => metadata.name).sort();
        assert.deepEqual(names, ["cht-api", "cht-couchdb", "cht-haproxy", "cht-sentinel"]);
        assert.deepEqual(
            await get("serviceaccounts", "--namespace=four", "--field-selector=metadata.name!=default"),
            [],
        );
        assert.deepEqual(await uids("persistentvolumeclaims", "four"), claims);
    });
});

/** Refused by preview and by up, in the same words, and nothing is changed by it. */
async function refused(stack: Stack, message: string): Promise<void> {
    const [state, live] = [await stack.plainState(), await versions()];
    const answers = await Promise.all([stack.preview(), stack.up()]);
    assert.deepEqual(answers.map(refusal), [message, message]);
    assert.deepEqual(await stack.plainState(), state);
    assert.deepEqual(await versions(), live);
}

/** What a preview says it would do, as `operation Type name`. */
async function changedBy(stack: Stack): Promise<string[]> {
    return (await stack.steps())
        .filter(({ op }) => op !== "same")
        .map(({ op, urn }) => `${op} ${shortName(urn)}`)
        .sort();
}

/** Each object's generation, or version where it has none: what it was made of, without what controllers write on it. */
async function versions(namespace?: string): Promise<Map<string, string>> {
    const found = await Promise.all(
        (namespace === undefined ? ["changing", "four", "old"] : [namespace]).map((each) =>
            get(
                "deployments,services,ingresses,configmaps,secrets,persistentvolumeclaims,networkpolicies,resourcequotas,limitranges",
                `--namespace=${each}`,
            ),
        ),
    );
    return new Map(
        found.flat().map((object) => {
            const { kind, metadata, spec, data } = object;
            const prefix = namespace === undefined ? `${metadata.namespace} ` : "";
            return [`${prefix}${kind}/${metadata.name}`, JSON.stringify([metadata.uid, metadata.labels, spec, data])];
        }),
    );
}

const difference = (before: Map<string, string>, after: Map<string, string>): string[] =>
    [...new Set([...before.keys(), ...after.keys()])].filter((key) => before.get(key) !== after.get(key)).sort();

async function specs(): Promise<unknown[]> {
    return (await get("deployments", "--namespace=changing")).map(({ metadata, spec }) => [metadata.name, spec]);
}

/** The only container of a Deployment. */
async function container(deployment: string): Promise<KubernetesObject> {
    return (await getOne(`deployment/${deployment}`, "changing"))["spec"].template.spec.containers[0];
}

const hard = async (namespace: string): Promise<string> =>
    (await getOne("resourcequota/cht-quota", namespace))["spec"].hard["requests.cpu"];
const millis = (quantity: string): number =>
    quantity.endsWith("m") ? Number(quantity.slice(0, -1)) : Number(quantity) * 1000;
