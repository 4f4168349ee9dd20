import assert from "node:assert/strict";
import { type PodSpec, restrictedViolations } from "../support/pod-security";

describe("restrictedViolations", () => {
    /** Conforms in everything; each case below takes one thing away. */
    const container = {
        name: "c",
        securityContext: { allowPrivilegeEscalation: false, runAsNonRoot: true, capabilities: { drop: ["ALL"] } },
    };
    const pod = { containers: [container], securityContext: { seccompProfile: { type: "RuntimeDefault" } } };
    const withContext = (securityContext: object) => ({
        ...pod,
        containers: [{ ...container, securityContext: { ...container.securityContext, ...securityContext } }],
    });

    const cases: [string, object, string[]][] = [
        ["what conforms", pod, []],
        ["NET_BIND_SERVICE", withContext({ capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] } }), []],
        [
            "another capability",
            withContext({ capabilities: { drop: ["ALL"], add: ["CHOWN"] } }),
            ["c: capability CHOWN"],
        ],
        [
            "capabilities that are kept",
            withContext({ capabilities: { drop: ["CHOWN"] } }),
            ["c: capabilities not dropped"],
        ],
        ["privilege", withContext({ privileged: true }), ["c: privileged"]],
        ["escalation", withContext({ allowPrivilegeEscalation: undefined }), ["c: allowPrivilegeEscalation"]],
        ["root", withContext({ runAsUser: 0 }), ["c: runAsUser 0"]],
        ["perhaps root", withContext({ runAsNonRoot: undefined }), ["c: runAsNonRoot"]],
        ["no seccomp profile", { ...pod, securityContext: {} }, ["c: seccompProfile"]],
        ["another seccomp profile", withContext({ seccompProfile: { type: "Unconfined" } }), ["c: seccompProfile"]],
        ["a host path", { ...pod, volumes: [{ name: "v", hostPath: {} }] }, ["pod: volume v of type hostPath"]],
        ["the host's network", { ...pod, hostNetwork: true }, ["pod: hostNetwork"]],
        ["a host port", { ...pod, containers: [{ ...container, ports: [{ hostPort: 80 }] }] }, ["c: hostPort"]],
        [
            "an init container",
            { ...pod, initContainers: [{ name: "i" }] },
            ["i: allowPrivilegeEscalation", "i: runAsNonRoot", "i: capabilities not dropped"],
        ],
    ];
    for (const [name, spec, expected] of cases) {
        it(name, () => assert.deepEqual(restrictedViolations(spec as PodSpec), expected));
    }
});
