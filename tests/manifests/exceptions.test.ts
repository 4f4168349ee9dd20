import assert from "node:assert/strict";
import { differences } from "./exceptions";

describe("manifests: exceptions", () => {
    const reason = "a reason of some words";

    it("leaves over what no exception names, and exceptions that nothing needs", () => {
        const findings = [
            { check: "probes", subject: "Deployment/one" },
            { check: "probes", subject: "Deployment/two" },
            { check: "limits", subject: "one" },
            { check: "user", subject: "one" },
        ];
        const exceptions = {
            probes: { where: ["Deployment/one", "Deployment/three"], reason },
            limits: { where: "everywhere", reason },
            unheard: { where: "everywhere", reason },
        } as const;
        assert.deepEqual(differences(findings, exceptions), {
            unexplained: ["probes: Deployment/two", "user: one"],
            outdated: ["probes: Deployment/three", "unheard: everywhere"],
        });
    });
});
