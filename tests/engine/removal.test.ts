/** An instance's life after its first deployment: taken down by name, forgotten, brought back, its password rotated. */
import assert from "node:assert/strict";
import { get, getOne, type KubernetesObject, objectsIn, secretValues, uids } from "../support/kubectl";
import { refusal, Stack, smallInstance } from "../support/stack";

const name = "removed";
const kept = ["PersistentVolumeClaim/couchdb-claim0", "Secret/cht-couchdb-credentials"];
const keptInState = [
    `ChtInstance ${name}`,
    `Namespace ${name}`,
    `PersistentVolumeClaim ${name}-couchdb-claim0`,
    `RandomPassword ${name}-couchdb-password`,
    `RandomPassword ${name}-couchdb-secret`,
    `RandomUuid ${name}-couchdb-uuid`,
    `Secret ${name}-credentials`,
];

describe("removal of an instance, its return, and a new password", () => {
    let stack: Stack;
    let credentials: Record<string, string>;
    let claims: Record<string, string>;
    const rotated = smallInstance(name, { credentials: { generation: 2 } });

    before(async () => {
        stack = await Stack.create("removal", { instances: { [name]: smallInstance(name) } });
        await stack.deploy();
        credentials = await secretValues("cht-couchdb-credentials", name);
        claims = await uids("persistentvolumeclaims", name);
        assert.deepEqual(Object.keys(claims), ["couchdb-claim0"]);
    });

    it("refuses a removal under another name", async () => {
        stack.write({ instances: { [name]: smallInstance(name, { remove: "another" }) } });
        assert.equal(
            refusal(await stack.up()),
            `Pulumi.removal.yaml is not valid:

  instances.removed.remove
    must be the instance's own name, 'removed', or not be there`,
        );
    });

    it("takes an instance down by name, and keeps its data in cluster and state", async () => {
        await stack.deploy({ instances: { [name]: smallInstance(name, { remove: name }) } });
        assert.deepEqual(await objectsIn(name), kept);
        assert.deepEqual(await uids("persistentvolumeclaims", name), claims);
        assert.deepEqual(
            (await stack.resources()).filter((each) => each.includes(` ${name}`)),
            keptInState,
        );
        await stack.expectNoChanges();
    });

    it("forgets it once it is out of the file, and leaves it in the cluster", async () => {
        await stack.deploy({ instances: {} });
        assert.deepEqual(
            (await stack.resources()).filter((each) => each.includes(name)),
            [],
        );
        assert.deepEqual(await objectsIn(name), kept);
        assert.deepEqual(await uids("persistentvolumeclaims", name), claims);
        assert.deepEqual(await secretValues("cht-couchdb-credentials", name), credentials);
    });

    it("takes an older release back no more than while it ran", async () => {
        stack.write({ instances: { [name]: smallInstance(name, { version: "5.1.0" }) } });
        assert.match(
            refusal(await stack.preview()),
            /^ {2}instances\.removed\.version\n {4}CHT 5\.2\.0 is running, and 5\.1\.0 is older/m,
        );
    });

    it("brings it back on the same volume with the same credentials", async () => {
        await stack.deploy({ instances: { [name]: smallInstance(name) } });
        assert.deepEqual(await uids("persistentvolumeclaims", name), claims);
        assert.deepEqual(await secretValues("cht-couchdb-credentials", name), credentials);
        assert.deepEqual(await availability(), { "cht-api": 1, "cht-couchdb": 1, "cht-haproxy": 1, "cht-sentinel": 1 });
        assert.equal((await getOne("persistentvolumeclaim/couchdb-claim0", name))["status"].phase, "Bound");
        const unprotected = (await stack.export()).resources.filter(
            ({ urn, custom, protect }) => custom && isKept(urn) && protect !== true,
        );
        assert.deepEqual(unprotected, []);
        await stack.expectNoChanges();
    });

    it("rotates the password: CouchDB first, then the Secret, then every reader", async () => {
        const [passwordBefore, podsBefore] = [credentials["COUCHDB_PASSWORD"] ?? "", await uids("pods", name)];
        await stack.deploy({ instances: { [name]: rotated } });
        const [job, secret] = await Promise.all([
            getOne("job/cht-couchdb-rotate-password-2", name),
            getOne("secret/cht-couchdb-credentials", name),
        ]);
        const values = await secretValues("cht-couchdb-credentials", name);
        const password = values["COUCHDB_PASSWORD"] ?? "";
        assert.match(password, /^[A-Za-z0-9_-]{32}$/);
        assert.notEqual(password, passwordBefore);
        assert.deepEqual(
            values,
            Object.fromEntries(
                Object.entries(credentials).map(([key, value]) => [key, value.replace(passwordBefore, password)]),
            ),
        );
        assert.equal(secret.metadata.annotations?.["cht-hosting/credentials-generation"], "2");
        // etcd counts every write: the Job had ended, with this password, before the Secret was changed.
        assert.equal(job["status"].succeeded, 1);
        assert.ok(Number(job.metadata.resourceVersion) < Number(secret.metadata.resourceVersion));
        assert.equal((await secretValues("cht-couchdb-rotate-password-2", name))["NEW_PASSWORD"], password);
        const restarted = (await get("pods", `--namespace=${name}`, "--selector=cht.service")).filter(
            ({ metadata }) => metadata.labels?.["cht.service"] !== "job",
        );
        assert.equal(restarted.length, 4);
        for (const { metadata } of restarted) {
            assert.ok(!Object.values(podsBefore).includes(metadata.uid), `${metadata.name} was not restarted`);
            assert.ok(
                started(metadata) >= Date.parse(job["status"].completionTime),
                `${metadata.name} started before CouchDB had the password`,
            );
        }
        assert.deepEqual(await uids("persistentvolumeclaims", name), claims);
        assert.deepEqual(
            (await stack.resources()).filter((each) => each.startsWith("RandomPassword")),
            [
                `RandomPassword ${name}-couchdb-password`,
                `RandomPassword ${name}-couchdb-password-2`,
                `RandomPassword ${name}-couchdb-secret`,
            ],
        );
        await stack.expectNoChanges();
    });

    it("refuses a generation that is not the next one", async () => {
        stack.write({ instances: { [name]: smallInstance(name, { credentials: { generation: 4 } }) } });
        const answers = [await stack.preview()];
        stack.write({ instances: { [name]: smallInstance(name) } });
        answers.push(await stack.up());
        assert.deepEqual(
            answers.map(refusal).map((text) => text.split("\n").at(-1)?.trim()),
            [
                "The password is of generation 2: each rotation is one step. Set credentials.generation: 3.",
                "The password is of generation 2, and an older one cannot come back. Set credentials.generation: 2.",
            ],
        );
        stack.write({ instances: { [name]: rotated } });
        await stack.expectNoChanges();
    });
});

const isKept = (urn: string): boolean =>
    /:(Namespace|PersistentVolumeClaim|RandomPassword|RandomUuid|Secret)::(?!.*rotation)/.test(urn);
const started = ({ creationTimestamp }: KubernetesObject["metadata"]): number => Date.parse(creationTimestamp);

async function availability(): Promise<Record<string, number>> {
    const deployments = await get("deployments", `--namespace=${name}`);
    return Object.fromEntries(deployments.map(({ metadata, status }) => [metadata.name, status.availableReplicas]));
}
