/** The engine's end of the plugin protocol: starts a plugin, calls it and collects what it logs. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type Bag, decode, encode } from "../../sandbox/plugins/values";

export interface Message {
    urn: string;
    text: string;
    /** Shown only while the resource is being worked on. */
    ephemeral: boolean;
}

/** A failed call; of a half-made resource the state too. */
export class CallError extends Error {
    id = "";
    state: Bag = {};
    reasons: string[] = [];
    /** Whether the resource exists all the same. */
    isPartial = false;
}

export interface DiffResult {
    /** `add`, `update!` and so on by path; the exclamation mark stands for a replacement. */
    properties: Record<string, string>;
    replaces: string[];
    deleteBeforeReplace: boolean;
    hasChanges: boolean;
}

/** Stands in for the engine that a plugin logs to. */
export async function startEngine(messages: Message[]): Promise<{ address: string; stop(): void }> {
    const server = new grpc.Server();
    server.addService(EngineService, {
        log(call: { request: LogRequest }, callback: grpc.sendUnaryData<Empty>) {
            const { request } = call;
            messages.push({ urn: request.getUrn(), text: request.getMessage(), ephemeral: request.getEphemeral() });
            callback(null, new Empty());
        },
    });
    const port = await new Promise<number>((done, fail) =>
        server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
            error ? fail(error) : done(bound),
        ),
    );
    return { address: `127.0.0.1:${port}`, stop: () => server.forceShutdown() };
}

/** Runs a plugin's own `main` and waits for the port that it prints. */
export async function startPlugin(
    name: "kubernetes" | "random" | "aws" | "eks",
    engine: string,
): Promise<{ port: number; process: ChildProcess }> {
    const main = resolve(__dirname, "../../sandbox/plugins", name, "main.js");
    const child = spawn(process.execPath, [main, "--logtostderr", engine], { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    return { port: Number(line.toString()), process: child };
}

const PROJECT = "urn:pulumi:test::project";
export const urnOf = (type: string, name: string): string => `${PROJECT}::${type}::${name}`;

/** One plugin, called as the engine calls it. */
export class Plugin {
    private readonly client: ResourceProviderClient;

    constructor(port: number) {
        this.client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    }

    close(): void {
        this.client.close();
    }

    private call<Request, Response>(method: string, request: Request): Promise<Response> {
        type Method = (
            request: Request,
            callback: (error: grpc.ServiceError | null, response: Response) => void,
        ) => void;
        const send = (this.client as unknown as Record<string, Method>)[method] as Method;
        return new Promise((done, fail) =>
            send.call(this.client, request, (error, response) => (error ? fail(toCallError(error)) : done(response))),
        );
    }

    async info(): Promise<string> {
        const info = await this.call<Empty, { getVersion(): string }>("getPluginInfo", new Empty());
        return info.getVersion();
    }

    async configure(variables: Record<string, string>): Promise<proto.ConfigureResponse> {
        const request = new proto.ConfigureRequest().setAcceptsecrets(true);
        for (const [name, value] of Object.entries(variables))
            request.getVariablesMap().set(`kubernetes:config:${name}`, value);
        return this.call("configure", request);
    }

    async checkConfig(news: Bag): Promise<Bag> {
        const urn = urnOf("pulumi:providers:kubernetes", "provider");
        const request = new proto.CheckRequest().setUrn(urn).setNews(encode(news));
        return decode((await this.call<proto.CheckRequest, proto.CheckResponse>("checkConfig", request)).getInputs());
    }

    async diffConfig(olds: Bag, news: Bag): Promise<DiffResult> {
        const urn = urnOf("pulumi:providers:kubernetes", "provider");
        const request = new proto.DiffRequest().setUrn(urn).setOlds(encode(olds)).setNews(encode(news));
        return toDiff(await this.call("diffConfig", request));
    }

    async check(
        type: string,
        news: Bag,
        {
            name = "name",
            olds = {},
            autonaming,
        }: { name?: string; olds?: Bag; autonaming?: [mode: 0 | 1 | 2, name: string] } = {},
    ): Promise<{ inputs: Bag; failures: Record<string, string> }> {
        const request = new proto.CheckRequest().setUrn(urnOf(type, name)).setOlds(encode(olds)).setNews(encode(news));
        if (autonaming)
            request.setAutonaming(
                new proto.CheckRequest.AutonamingOptions().setMode(autonaming[0]).setProposedName(autonaming[1]),
            );
        const response = await this.call<proto.CheckRequest, proto.CheckResponse>("check", request);
        const failures = response.getFailuresList().map((one) => [one.getProperty(), one.getReason()]);
        return {
            inputs: decode(response.getInputs()),
            failures: Object.fromEntries(failures) as Record<string, string>,
        };
    }

    async diff(
        type: string,
        id: string,
        olds: Bag,
        news: Bag,
        ignoreChanges: string[] = [],
        oldInputs: Bag = {},
    ): Promise<DiffResult> {
        const request = new proto.DiffRequest()
            .setUrn(urnOf(type, "name"))
            .setId(id)
            .setOlds(encode(olds))
            .setOldInputs(encode(oldInputs))
            .setNews(encode(news))
            .setIgnorechangesList(ignoreChanges);
        return toDiff(await this.call("diff", request));
    }

    async create(
        type: string,
        inputs: Bag,
        { preview = false, timeout = 0, name = "name" } = {},
    ): Promise<{ id: string; state: Bag }> {
        const request = new proto.CreateRequest()
            .setUrn(urnOf(type, name))
            .setProperties(encode(inputs))
            .setPreview(preview)
            .setTimeout(timeout);
        const response = await this.call<proto.CreateRequest, proto.CreateResponse>("create", request);
        return { id: response.getId(), state: decode(response.getProperties()) };
    }

    async update(
        type: string,
        id: string,
        olds: Bag,
        news: Bag,
        { preview = false, timeout = 0, ignoreChanges = [] as string[], name = "name" } = {},
    ): Promise<Bag> {
        const request = new proto.UpdateRequest()
            .setUrn(urnOf(type, name))
            .setId(id)
            .setOlds(encode(olds))
            .setNews(encode(news))
            .setPreview(preview)
            .setTimeout(timeout)
            .setIgnorechangesList(ignoreChanges);
        const response = await this.call<proto.UpdateRequest, proto.UpdateResponse>("update", request);
        return decode(response.getProperties());
    }

    async read(
        type: string,
        id: string,
        state: Bag = {},
        inputs: Bag = {},
    ): Promise<{ id: string; state: Bag; inputs: Bag }> {
        const request = new proto.ReadRequest()
            .setUrn(urnOf(type, "name"))
            .setId(id)
            .setProperties(encode(state))
            .setInputs(encode(inputs));
        const response = await this.call<proto.ReadRequest, proto.ReadResponse>("read", request);
        return { id: response.getId(), state: decode(response.getProperties()), inputs: decode(response.getInputs()) };
    }

    async delete(type: string, id: string, state: Bag, { timeout = 0, name = "name" } = {}): Promise<void> {
        const request = new proto.DeleteRequest()
            .setUrn(urnOf(type, name))
            .setId(id)
            .setProperties(encode(state))
            .setTimeout(timeout);
        await this.call("delete", request);
    }

    async invoke(token: string, args: Bag): Promise<Bag> {
        const request = new proto.InvokeRequest().setTok(token).setArgs(encode(args));
        return decode((await this.call<proto.InvokeRequest, proto.InvokeResponse>("invoke", request)).getReturn());
    }

    async cancel(): Promise<void> {
        await this.call("cancel", new Empty());
    }
}

function toDiff(response: proto.DiffResponse): DiffResult {
    const kinds = ["add", "add!", "delete", "delete!", "update", "update!"];
    const properties: Record<string, string> = {};
    response.getDetaileddiffMap().forEach((diff, path) => {
        properties[path] = kinds[diff.getKind()] as string;
    });
    return {
        properties,
        replaces: response.getReplacesList(),
        deleteBeforeReplace: response.getDeletebeforereplace(),
        hasChanges: response.getChanges() === proto.DiffResponse.DiffChanges.DIFF_SOME,
    };
}

function toCallError(error: grpc.ServiceError): CallError {
    const failure = new CallError(error.details);
    const [details] = error.metadata.get("grpc-status-details-bin");
    if (details instanceof Buffer) {
        const [detail] = Status.deserializeBinary(details).getDetailsList();
        const failed = proto.ErrorResourceInitFailed.deserializeBinary(detail?.getValue_asU8() ?? new Uint8Array());
        failure.isPartial = detail?.getTypeName() === "pulumirpc.ErrorResourceInitFailed";
        failure.id = failed.getId();
        failure.state = decode(failed.getProperties());
        failure.reasons = failed.getReasonsList();
    }
    return failure;
}
