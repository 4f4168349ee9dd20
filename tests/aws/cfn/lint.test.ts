import assert from "node:assert/strict";
import { differences } from "../../manifests/exceptions";
import { cfnLint, installCfnLint, type LintFinding } from "./cfn-lint";
import { isAws, toTemplate } from "./convert";
import { type Rendered, render } from "./render";
import { folded, mappings, exceptions as unjudged } from "./types";
import { variants } from "./variants";

/** Where instances of CHT are: what is made must be known in each. */
const regions = ["eu-west-2", "us-east-1", "af-south-1"];

/** What cfn-lint finds and is as it should be. Each must still be found somewhere. */
const exceptions: Record<string, { readonly where: readonly string[]; readonly reason: string }> = {
    W3010: {
        where: ["AWS::EC2::Subnet/AvailabilityZone"],
        reason: "a volume lives in one zone, so the zones are the operator's to choose; a template for any region would not name them",
    },
};

describe("aws: every resource by AWS's own schemas", function () {
    this.timeout(300_000);
    const rendered = new Map<string, Rendered>();
    const findings: LintFinding[] = [];

    before(async () => {
        installCfnLint();
        for (const [name, variant] of Object.entries(variants)) rendered.set(name, await render(variant));
    });

    for (const name of Object.keys(variants)) {
        it(`${name}: nothing but what is excepted with a reason`, () => {
            const { resources } = rendered.get(name) as Rendered;
            const found = cfnLint(toTemplate(resources), regions);
            findings.push(...found);
            const { unexplained } = differences(found, exceptions);
            const told = found.filter(({ check, subject }) => unexplained.includes(`${check}: ${subject}`));
            assert.deepEqual(
                told.map(({ check, subject, resource, message }) => `${check} ${resource} ${subject}: ${message}`),
                [],
            );
        });
    }

    it("needs every exception", () => {
        assert.deepEqual(differences(findings, exceptions).outdated, []);
    });

    it("judges every type that it knows, in some variant, and excepts none that is not made", () => {
        const types = new Set(
            [...rendered.values()].flatMap(({ resources }) => resources.filter(isAws).map(({ type }) => type)),
        );
        const known = [...Object.keys(mappings), ...Object.keys(folded), ...Object.keys(unjudged)];
        assert.deepEqual([...types].sort(), known.sort());
    });
});
