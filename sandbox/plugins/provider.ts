/** What a stand-in plugin implements; `server.ts` carries it over gRPC. The words are those of Pulumi's provider protocol. */
import type { Bag } from "./values";

export type Severity = "debug" | "info" | "warning" | "error";

/** The way back to the engine. */
export interface Engine {
    /** A message that stays in the output, told of one resource. */
    log(severity: Severity, urn: string, message: string): void;
    /** A message that is shown beside the resource while it is being worked on, and overwritten by the next. */
    status(severity: Severity, urn: string, message: string): void;
    /** Resolves when everything said so far has arrived. */
    flush(): Promise<void>;
}

export interface CheckFailure {
    property: string;
    reason: string;
}

export interface Checked {
    inputs: Bag;
    failures?: CheckFailure[];
}

/** How one property changes; `replace` says that the resource cannot be updated in place for it. */
export interface PropertyDiff {
    kind: "add" | "delete" | "update";
    replace: boolean;
}

export interface Diffed {
    /** By property path, such as `spec.template.spec.containers[0].image`. */
    properties: Map<string, PropertyDiff>;
    /** Replacements that no property explains. */
    otherReplaces?: string[];
    deleteBeforeReplace?: boolean;
}

export interface Autonaming {
    mode: "propose" | "enforce" | "disable";
    proposedName: string;
}

export interface Request {
    urn: string;
    /** Resource type, for example `kubernetes:core/v1:Secret`. */
    type: string;
    /** The resource's name in the program. */
    name: string;
}

export interface CheckRequest extends Request {
    olds: Bag;
    news: Bag;
    autonaming?: Autonaming;
}

export interface DiffRequest extends Request {
    id: string;
    /** The state that the last create, update or read returned. */
    olds: Bag;
    /** What the program had asked for then. */
    oldInputs: Bag;
    news: Bag;
    ignoreChanges: string[];
}

export interface CreateRequest extends Request {
    inputs: Bag;
    /** Seconds; 0 means the default. */
    timeout: number;
    preview: boolean;
}

export interface UpdateRequest extends DiffRequest {
    timeout: number;
    preview: boolean;
}

export interface ReadRequest extends Request {
    id: string;
    state: Bag;
    inputs: Bag;
}

export interface DeleteRequest extends Request {
    id: string;
    state: Bag;
    timeout: number;
}

export interface Created {
    id: string;
    state: Bag;
}

export interface ReadResult extends Created {
    inputs: Bag;
}

type Answer<T> = T | Promise<T>;

export interface Provider {
    readonly version: string;
    checkConfig(request: CheckRequest): Answer<Checked>;
    diffConfig(request: DiffRequest): Answer<Diffed>;
    /** @param variables configuration by name without its namespace; nested values are JSON in a string. */
    configure(variables: Map<string, string>): Answer<void>;
    check(request: CheckRequest): Answer<Checked>;
    diff(request: DiffRequest): Answer<Diffed>;
    create(request: CreateRequest): Answer<Created>;
    update(request: UpdateRequest): Answer<Bag>;
    /** @returns undefined when the resource is gone. */
    read(request: ReadRequest): Answer<ReadResult | undefined>;
    delete(request: DeleteRequest): Answer<void>;
    invoke(token: string, args: Bag): Answer<Bag>;
    /** Abandons every operation under way. */
    cancel(): void;
}

/** The object exists, but is not in the state that was asked for: the engine keeps both it and the reasons. */
export class InitializationFailed extends Error {
    constructor(
        message: string,
        readonly id: string,
        readonly state: Bag,
        readonly reasons: string[],
        readonly inputs?: Bag,
    ) {
        super(message);
    }
}
