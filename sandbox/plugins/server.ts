/**
 * The gRPC server around a stand-in plugin. The SDK has one too (`@pulumi/pulumi/provider`), but it passes on neither
 * configuration, previews, detailed diffs nor time-outs, and cannot say that a resource is gone.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto
 */
import * as grpc from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { connectEngine } from "./engine";
import {
    type Autonaming,
    type Checked,
    type Diffed,
    type Engine,
    InitializationFailed,
    type Provider,
} from "./provider";
import { decode, encode } from "./values";

/** The name in the program is the last part of a URN: `urn:pulumi:stack::project::type::name`. */
const nameOf = (urn: string): string => urn.split("::").slice(3).join("::");
const typeOf = (urn: string): string => urn.split("::")[2]?.split("$").at(-1) ?? "";
const subject = (urn: string) => ({ urn, type: typeOf(urn), name: nameOf(urn) });

function autonamingOf(request: proto.CheckRequest): Autonaming | undefined {
    const options = request.getAutonaming();
    if (!options) return undefined;
    const modes = { 0: "propose", 1: "enforce", 2: "disable" } as const;
    return { mode: modes[options.getMode()], proposedName: options.getProposedName() };
}

const checkRequest = (request: proto.CheckRequest) => ({
    ...subject(request.getUrn()),
    olds: decode(request.getOlds()),
    news: decode(request.getNews()),
    autonaming: autonamingOf(request),
});

const diffRequest = (request: proto.DiffRequest | proto.UpdateRequest) => ({
    ...subject(request.getUrn()),
    id: request.getId(),
    olds: decode(request.getOlds()),
    oldInputs: decode(request.getOldInputs()),
    news: decode(request.getNews()),
    ignoreChanges: request.getIgnorechangesList(),
});

function checkResponse({ inputs, failures = [] }: Checked): proto.CheckResponse {
    const response = new proto.CheckResponse().setInputs(encode(inputs));
    for (const { property, reason } of failures)
        response.addFailures(new proto.CheckFailure().setProperty(property).setReason(reason));
    return response;
}

function diffResponse({ properties, otherReplaces = [], deleteBeforeReplace = false }: Diffed): proto.DiffResponse {
    const { Kind } = proto.PropertyDiff;
    const kinds = {
        add: [Kind.ADD, Kind.ADD_REPLACE],
        delete: [Kind.DELETE, Kind.DELETE_REPLACE],
        update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
    } as const;
    const changed = properties.size > 0 || otherReplaces.length > 0;
    const response = new proto.DiffResponse()
        .setChanges(changed ? proto.DiffResponse.DiffChanges.DIFF_SOME : proto.DiffResponse.DiffChanges.DIFF_NONE)
        .setReplacesList(otherReplaces)
        .setDeletebeforereplace(deleteBeforeReplace)
        .setHasdetaileddiff(true);
    for (const [path, { kind, replace }] of properties) {
        const diff = new proto.PropertyDiff().setKind(kinds[kind][replace ? 1 : 0]).setInputdiff(kind === "delete");
        response.getDetaileddiffMap().set(path, diff);
        response.addDiffs(path);
        if (replace) response.addReplaces(path);
    }
    return response;
}

/** An error as gRPC carries it; the state of a half-made resource goes with it as a "detail". */
function toStatus(error: Error): Partial<grpc.StatusObject> {
    const failure = { code: grpc.status.UNKNOWN, details: error.message, metadata: new grpc.Metadata() };
    if (error instanceof InitializationFailed) {
        const detail = new proto.ErrorResourceInitFailed()
            .setId(error.id)
            .setProperties(encode(error.state))
            .setReasonsList(error.reasons);
        if (error.inputs) detail.setInputs(encode(error.inputs));
        const packed = new Any();
        packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
        const status = new Status();
        status.setCode(grpc.status.UNKNOWN);
        status.setMessage(error.message);
        status.addDetails(packed);
        failure.metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
    }
    return failure;
}

/** The protocol's calls, answered by `provider`. */
function service(provider: Provider, engine: ReturnType<typeof connectEngine>): grpc.UntypedServiceImplementation {
    /** Answers a call with what `work` makes of its request, after everything that was said on the way. */
    function unary<Request, Response>(
        work: (request: Request) => Response | Promise<Response>,
    ): grpc.handleUnaryCall<Request, Response> {
        return (call, callback) => {
            Promise.resolve(call.request)
                .then(work)
                .finally(() => engine.flush())
                .then(
                    (response) => callback(null, response),
                    (error: Error) => callback(toStatus(error)),
                );
        };
    }
    return {
        attach: unary((request: { getAddress(): string }) => {
            engine.connect(request.getAddress());
            return new Empty();
        }),
        getPluginInfo: unary(() => new PluginInfo().setVersion(provider.version)),
        getSchema: unary(() => new proto.GetSchemaResponse().setSchema("{}")),
        checkConfig: unary(async (request: proto.CheckRequest) =>
            checkResponse(await provider.checkConfig(checkRequest(request))),
        ),
        diffConfig: unary(async (request: proto.DiffRequest) =>
            diffResponse(await provider.diffConfig(diffRequest(request))),
        ),
        configure: unary(async (request: proto.ConfigureRequest) => {
            const variables = new Map<string, string>();
            request.getVariablesMap().forEach((value, key) => variables.set(key.split(":").at(-1) ?? key, value));
            await provider.configure(variables);
            return new proto.ConfigureResponse()
                .setAcceptsecrets(true)
                .setSupportspreview(true)
                .setSupportsAutonamingConfiguration(true);
        }),
        check: unary(async (request: proto.CheckRequest) => checkResponse(await provider.check(checkRequest(request)))),
        diff: unary(async (request: proto.DiffRequest) => diffResponse(await provider.diff(diffRequest(request)))),
        create: unary(async (request: proto.CreateRequest) => {
            const created = await provider.create({
                ...subject(request.getUrn()),
                inputs: decode(request.getProperties()),
                timeout: request.getTimeout(),
                preview: request.getPreview(),
            });
            return new proto.CreateResponse().setId(created.id).setProperties(encode(created.state));
        }),
        update: unary(async (request: proto.UpdateRequest) => {
            const state = await provider.update({
                ...diffRequest(request),
                timeout: request.getTimeout(),
                preview: request.getPreview(),
            });
            return new proto.UpdateResponse().setProperties(encode(state));
        }),
        read: unary(async (request: proto.ReadRequest) => {
            const found = await provider.read({
                ...subject(request.getUrn()),
                id: request.getId(),
                state: decode(request.getProperties()),
                inputs: decode(request.getInputs()),
            });
            if (!found) return new proto.ReadResponse();
            return new proto.ReadResponse()
                .setId(found.id)
                .setProperties(encode(found.state))
                .setInputs(encode(found.inputs));
        }),
        delete: unary(async (request: proto.DeleteRequest) => {
            await provider.delete({
                ...subject(request.getUrn()),
                id: request.getId(),
                state: decode(request.getProperties()),
                timeout: request.getTimeout(),
            });
            return new Empty();
        }),
        invoke: unary(async (request: proto.InvokeRequest) =>
            new proto.InvokeResponse().setReturn(
                encode(await provider.invoke(request.getTok(), decode(request.getArgs()))),
            ),
        ),
        cancel: unary(() => {
            provider.cancel();
            return new Empty();
        }),
    };
}

/** Starts a server on a free port of the loopback address. */
export async function listen(make: (engine: Engine) => Provider, engineAddress: string | undefined) {
    const engine = connectEngine(engineAddress);
    const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
    server.addService(ResourceProviderService, service(make(engine), engine));
    const port = await new Promise<number>((resolve, reject) => {
        const done = (error: Error | null, bound: number) => (error ? reject(error) : resolve(bound));
        server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), done);
    });
    return { port, stop: () => server.forceShutdown() };
}

/** A plugin's `main`: the engine starts it with its own address and reads the port from standard output. */
export async function serve(make: (engine: Engine) => Provider): Promise<void> {
    const engineAddress = process.argv.slice(2).find((argument) => !argument.startsWith("-"));
    const { port } = await listen(make, engineAddress);
    process.stdout.write(`${port}\n`);
    // An engine that was killed cannot stop its plugins.
    const parent = process.ppid;
    setInterval(() => process.ppid !== parent && process.exit(0), 1000).unref();
}
