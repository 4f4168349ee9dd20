import assert from "node:assert/strict";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { progressOf, resourceName } from "../../../automation/events";
import { PreviewCollector } from "../../../automation/preview";

const stack = "urn:pulumi:dev::cht-hosting::pulumi:pulumi:Stack::cht-hosting-dev";
const host = "urn:pulumi:dev::cht-hosting::cht-hosting:docker:ChtHost::dev";
const api = "urn:pulumi:dev::cht-hosting::cht-hosting:docker:ChtHost$docker:index/container:Container::dev-api";
const volume = "urn:pulumi:dev::cht-hosting::cht-hosting:docker:ChtHost$docker:index/volume:Volume::dev-data-1";

let sequence = 0;
const event = (content: object) => ({ sequence: sequence++, timestamp: 0, ...content }) as EngineEvent;

function pre(
    op: string,
    urn: string,
    parent: string,
    more: { protect?: boolean; detailedDiff?: object } = {},
): EngineEvent {
    const { protect, ...rest } = more;
    const state = { urn, parent, inputs: { env: ["canary"] }, ...(protect && { protect }) };
    return event({
        resourcePreEvent: { metadata: { op, urn, old: op === "create" ? null : state, new: state, ...rest } },
    });
}

describe("events of the engine", () => {
    it("name resources by type and name, whatever the name has in it", () => {
        assert.deepEqual(resourceName(api), { urn: api, type: "docker:index/container:Container", name: "dev-api" });
        assert.equal(resourceName(`${api}::x`).name, "dev-api::x");
    });

    it("become progress in a few words", () => {
        const metadata = { op: "create", urn: api };
        const resource = resourceName(api);
        assert.deepEqual(
            [
                event({ resourcePreEvent: { metadata } }),
                event({ resOutputsEvent: { metadata } }),
                event({ resOpFailedEvent: { metadata } }),
                event({ summaryEvent: { resourceChanges: { create: 1, same: 2 }, durationSeconds: 3 } }),
                event({ diagnosticEvent: { severity: "warning", message: "<{%fg 3%}>it ends soon<{%reset%}>\n" } }),
                event({ diagnosticEvent: { severity: "info#err", message: "\u001b[31mtold\u001b[0m" } }),
            ].map(progressOf),
            [
                { kind: "resource", state: "started", operation: "create", resource },
                { kind: "resource", state: "done", operation: "create", resource },
                { kind: "resource", state: "failed", operation: "create", resource },
                { kind: "summary", changes: { create: 1, same: 2 }, seconds: 3 },
                { kind: "message", severity: "warning", text: "it ends soon" },
                { kind: "message", severity: "info", text: "told" },
            ],
        );
    });

    it("that may quote the engine's answers, or say nothing, are left out", () => {
        const left = [
            event({ diagnosticEvent: { severity: "debug", message: "resp: canary" } }),
            event({ diagnosticEvent: { severity: "info", message: "spinning", ephemeral: true } }),
            event({ diagnosticEvent: { severity: "info", message: "\n" } }),
            event({ resourcePreEvent: { metadata: { op: "same", urn: api } } }),
            event({ resOutputsEvent: { metadata: { op: "read", urn: api } } }),
            event({ preludeEvent: { config: { "cht-hosting:x": "canary" } } }),
            event({ stdoutEvent: { message: "x" } }),
        ];
        assert.deepEqual(
            left.map(progressOf),
            left.map(() => undefined),
        );
    });

    it("of a preview become its report: what, whose, which inputs, whether it is protected, no value", () => {
        const collector = new PreviewCollector("dev");
        const events = [
            pre("same", stack, ""),
            pre("read", stack, ""),
            pre("update", host, stack),
            pre("replace", api, host, {
                detailedDiff: { "ports[0].external": { diffKind: "update-replace" }, name: { diffKind: "add" } },
            }),
            pre("create-replacement", api, host),
            pre("delete-replaced", api, host),
            pre("delete", volume, host, { protect: true }),
            pre("create", "urn:pulumi:dev::cht-hosting::pulumi:providers:docker::host", stack),
            event({ diagnosticEvent: { severity: "warning", message: "it ends soon\n" } }),
            event({ summaryEvent: { resourceChanges: { replace: 1 }, durationSeconds: 1 } }),
        ];
        for (const each of events) collector.add(each);
        const report = collector.report();
        assert.deepEqual(report, {
            stack: "dev",
            changes: { replace: 1 },
            warnings: ["it ends soon"],
            steps: [
                { operation: "update", resource: resourceName(host), instance: "dev", changes: [], protected: false },
                {
                    operation: "replace",
                    resource: resourceName(api),
                    instance: "dev",
                    changes: [
                        { path: "ports[0].external", kind: "update", replaces: true },
                        { path: "name", kind: "add", replaces: false },
                    ],
                    protected: false,
                },
                { operation: "delete", resource: resourceName(volume), instance: "dev", changes: [], protected: true },
                {
                    operation: "create",
                    resource: resourceName("urn:pulumi:dev::cht-hosting::pulumi:providers:docker::host"),
                    changes: [],
                    protected: false,
                },
            ],
        });
        assert.doesNotMatch(JSON.stringify(report), /canary/);
    });
});
