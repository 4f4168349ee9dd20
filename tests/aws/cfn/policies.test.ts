import assert from "node:assert/strict";
import { toTemplate } from "./convert";
import { documentsIn, listOf, readPolicies, type Statement, tellPolicies } from "./policies";
import { render } from "./render";
import { variants } from "./variants";

/** Actions that AWS knows no resource for: they only read, or tell. */
const withoutResource: Readonly<Record<string, string>> = {
    "acm:ListCertificates": "lists",
    "acm:DescribeCertificate": "of certificates that hosts have, made by anybody",
    "cloudwatch:PutMetricData": "AWS knows its namespace only as a condition, which is there",
    "ec2:Describe*": "EC2 describes with conditions on the region at most",
    "ec2:GetSecurityGroupsForVpc": "lists",
    "elasticloadbalancing:Describe*": "Elastic Load Balancing describes all or nothing",
};

/** Of the documents of a key: what a key's policy says is on that key. */
const onItself = /^(Key)/;

describe("aws: what may do what", function () {
    this.timeout(120_000);
    const statements = new Map<string, Statement>();

    before(async () => {
        for (const [variant, given] of Object.entries(variants)) {
            for (const [document, all] of Object.entries(documentsIn(toTemplate((await render(given)).resources)))) {
                for (const [sid, statement] of Object.entries(all))
                    statements.set(`${document}/${sid} (${variant})`, statement);
            }
        }
        assert.ok(statements.size > 100);
    });

    it("is exactly what policies.yaml says", async () => {
        assert.deepEqual(await tellPolicies(), readPolicies());
    });

    it("is named action by action", () => {
        for (const [name, { Action, Effect }] of statements) {
            assert.equal(Effect, "Allow", name);
            for (const action of listOf(Action)) assert.match(action, /^[a-z0-9]+:[A-Z][A-Za-z0-9]+$/, name);
        }
    });

    it("is on something, but where AWS knows no resource, each for a reason", () => {
        const reason = (action: string) =>
            Object.keys(withoutResource).find((known) =>
                known.endsWith("*") ? action.startsWith(known.slice(0, -1)) : action === known,
            );
        const needed = new Set<string>();
        for (const [name, { Action, Resource }] of statements) {
            if (!listOf(Resource).includes("*") || onItself.test(name)) continue;
            for (const action of listOf(Action)) {
                const known = reason(action);
                assert.ok(known, `${name}: ${action} on everything`);
                needed.add(known);
            }
        }
        assert.deepEqual([...needed].sort(), Object.keys(withoutResource).sort());
    });

    it("lets nobody in but AWS's services, the account, and those it shares with", () => {
        const allowed = /^(arn:aws:iam::(123456789012|210987654321):root|[a-z0-9.]+\.amazonaws\.com)$/;
        for (const [name, { Principal }] of statements) {
            for (const who of Object.values(Principal ?? {}).flatMap((names) => listOf(names)))
                assert.match(who, allowed, name);
        }
    });

    it("takes of AWS's own policies those that EKS asks for by name", async () => {
        const attached = new Set<string>();
        for (const given of Object.values(variants)) {
            for (const [id, { Properties }] of Object.entries(toTemplate((await render(given)).resources).Resources)) {
                const arns = (Properties["ManagedPolicyArns"] ?? []) as string[];
                for (const arn of arns) attached.add(`${id}: ${arn.replace("arn:aws:iam::aws:policy/", "")}`);
            }
        }
        assert.deepEqual([...attached].sort(), [
            "RoleChtProdNodes: AmazonEC2ContainerRegistryPullOnly",
            "RoleChtProdNodes: AmazonEKSWorkerNodePolicy",
            "RoleChtProdVpcCni: AmazonEKS_CNI_Policy",
        ]);
    });

    it("makes no rights for others", () => {
        // The one role is AWS's own for Elastic Load Balancing, which an account has or has not.
        const actions = [...statements.values()]
            .flatMap(({ Action }) => listOf(Action))
            .filter((action) => action.startsWith("iam:"));
        assert.deepEqual([...new Set(actions)], ["iam:CreateServiceLinkedRole"]);
    });
});
