/** Messages to the engine that started this plugin. */
import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import type { Engine, Severity } from "./provider";

const SEVERITIES = {
    debug: LogSeverity.DEBUG,
    info: LogSeverity.INFO,
    warning: LogSeverity.WARNING,
    error: LogSeverity.ERROR,
} as const;

/** @param address where the engine listens, or undefined if it will say so later by "attach". */
export function connectEngine(address: string | undefined): Engine & { connect(address: string): void } {
    let client: EngineClient | undefined;
    /** Messages go one after the other, so that the last one told is the last one shown. */
    let sent = Promise.resolve();
    const connect = (to: string) => {
        client = new EngineClient(to, grpc.credentials.createInsecure());
    };
    const send = (severity: Severity, urn: string, message: string, ephemeral: boolean) => {
        const request = new LogRequest()
            .setSeverity(SEVERITIES[severity])
            .setUrn(urn)
            .setMessage(message)
            .setEphemeral(ephemeral);
        // A lost message is no reason to fail an operation.
        sent = sent.then(
            () => new Promise<void>((resolve) => (client ? client.log(request, () => resolve()) : resolve())),
        );
    };
    if (address) connect(address);
    return {
        connect,
        flush: () => sent,
        log: (severity, urn, message) => send(severity, urn, message, false),
        status: (severity, urn, message) => send(severity, urn, message, true),
    };
}
