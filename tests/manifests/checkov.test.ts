import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { stackConfig } from "../support/program";
import { renderStack } from "../support/render";
import { checkov, installCheckov } from "./checkov";
import { differences, folder, readExceptions } from "./exceptions";

describe("manifests: checkov", function () {
    this.timeout(600_000);
    let temporary: string;

    before(() => {
        installCheckov();
        temporary = mkdtempSync(join(tmpdir(), "cht-manifests-"));
    });
    after(() => rmSync(temporary, { recursive: true, force: true }));

    it("finds nothing in what the sandbox stack renders but what checkov.yaml explains", async () => {
        const objects = await renderStack(stackConfig("sandbox"), "sandbox");
        assert.ok(objects.length > 50);
        const file = join(temporary, "sandbox.yaml");
        writeFileSync(file, objects.map((object) => stringify(object, { aliasDuplicateObjects: false })).join("---\n"));
        const found = differences(checkov(file), readExceptions("checkov.yaml"));
        assert.deepEqual(found, { unexplained: [], outdated: [] });
    });

    it("finds what is wrong with the control", () => {
        const { unexplained } = differences(checkov(join(folder, "control.yaml")), readExceptions("checkov.yaml"));
        assert.deepEqual(unexplained, [
            "CKV2_K8S_6: Pod/careless", // no network policy
            "CKV_K8S_10: Deployment/careless", // CPU request
            "CKV_K8S_12: Deployment/careless", // memory request
            "CKV_K8S_13: Deployment/careless", // memory limit
            "CKV_K8S_14: Deployment/careless", // image tag
            "CKV_K8S_16: Deployment/careless", // privileged
            "CKV_K8S_19: Deployment/careless", // host network
            "CKV_K8S_20: Deployment/careless", // privilege escalation
            "CKV_K8S_21: Deployment/careless", // default namespace
            "CKV_K8S_21: Service/astray", // default namespace
            "CKV_K8S_22: Deployment/careless", // read-only root file system
            "CKV_K8S_23: Deployment/careless", // root
            "CKV_K8S_28: Deployment/careless", // NET_RAW
            "CKV_K8S_29: Deployment/careless", // security context of the pod
            "CKV_K8S_31: Deployment/careless", // seccomp profile
            "CKV_K8S_37: Deployment/careless", // capabilities
            "CKV_K8S_38: Deployment/careless", // service account token
            "CKV_K8S_40: Deployment/careless", // user below 10000
            "CKV_K8S_8: Deployment/careless", // liveness probe
            "CKV_K8S_9: Deployment/careless", // readiness probe
        ]);
    });
});
