import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { stackConfig } from "../support/program";
import { renderStack } from "../support/render";
import { differences, type Finding, folder, project, readExceptions } from "./exceptions";

interface Score {
    /** `Kind/group/version/namespace/name` */
    readonly object_name: string;
    readonly checks: readonly {
        readonly check: { readonly id: string };
        readonly grade: number;
        readonly skipped: boolean;
        readonly comments: readonly { readonly path: string }[] | null;
    }[];
}

/** The best grade; anything less is a finding. */
const perfect = 10;

function kubeScore(manifests: string): Finding[] {
    const executable = join(project, ".toolchain/bin/kube-score");
    const args = ["score", "--all-default-optional", "--kubernetes-version=v1.36", "--output-format=json", "-"];
    const { stdout, stderr, error } = spawnSync(executable, args, {
        input: manifests,
        encoding: "utf8",
        maxBuffer: 1 << 26,
    });
    if (error) throw error;
    if (stdout === "") throw new Error(stderr);
    return (JSON.parse(stdout) as Score[]).flatMap(({ object_name, checks }) => {
        const parts = object_name.split("/");
        const object = `${parts[0]}/${parts.at(-1)}`;
        return checks
            .filter(({ grade, skipped }) => !skipped && grade < perfect)
            .flatMap(({ check, comments }) =>
                (comments ?? [{ path: "" }]).map(({ path }) => ({ check: check.id, subject: path || object })),
            );
    });
}

describe("manifests: kube-score", function () {
    this.timeout(60_000);

    it("finds nothing in what the sandbox stack renders but what kube-score.yaml explains", async () => {
        const objects = await renderStack(stackConfig("sandbox"), "sandbox");
        assert.ok(objects.length > 50);
        const findings = kubeScore(objects.map((object) => stringify(object)).join("---\n"));
        assert.deepEqual(differences(findings, readExceptions("kube-score.yaml")), { unexplained: [], outdated: [] });
    });

    it("finds what is wrong with the control", () => {
        const findings = kubeScore(readFileSync(join(folder, "control.yaml"), "utf8"));
        const { unexplained } = differences(findings, readExceptions("kube-score.yaml"));
        assert.deepEqual(unexplained, [
            "container-image-tag: careless",
            "container-seccomp-profile: careless",
            "container-security-context-privileged: careless",
            "container-security-context-readonlyrootfilesystem: careless",
            "deployment-has-host-podantiaffinity: Deployment/careless",
            "deployment-has-poddisruptionbudget: Deployment/careless",
            "pod-networkpolicy: Deployment/careless",
            "service-targets-pod: Service/astray",
            "service-type: Service/astray",
        ]);
    });
});
