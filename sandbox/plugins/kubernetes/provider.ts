/** The stand-in for Pulumi's official `kubernetes` plugin: the operations, each in its own file. */
import type {
    Checked,
    CheckRequest,
    Created,
    CreateRequest,
    DeleteRequest,
    Diffed,
    DiffRequest,
    Engine,
    Provider,
    ReadRequest,
    ReadResult,
    UpdateRequest,
} from "../provider";
import type { Bag } from "../values";
import { type Behaviours, official } from "./behaviours";
import { check } from "./check";
import { parseConfig } from "./config";
import { create } from "./create";
import { remove } from "./delete";
import { diff } from "./diff";
import * as helm from "./helm/release";
import { read } from "./read";
import { Session } from "./session";
import { update } from "./update";

export class KubernetesProvider implements Provider {
    private current: Session | undefined;

    constructor(
        readonly version: string,
        private readonly engine: Engine,
        private readonly behaviours: Behaviours = official,
    ) {}

    private get session(): Session {
        if (!this.current) throw new Error("the kubernetes plugin has not been configured");
        return this.current;
    }

    checkConfig({ news }: CheckRequest): Checked {
        return { inputs: news };
    }

    diffConfig(request: DiffRequest): Diffed {
        return this.behaviours.diffConfig(request);
    }

    async configure(variables: Map<string, string>): Promise<void> {
        const session = new Session(parseConfig(variables, process.env), this.engine, this.behaviours);
        await session.open();
        this.current = session;
        this.engine.log("debug", "", `a stand-in does the work of the official kubernetes plugin ${this.version}`);
    }

    check(request: CheckRequest): Promise<Checked> {
        if (request.type === helm.RELEASE) return helm.check(this.session, request);
        return check(this.session, request);
    }

    diff(request: DiffRequest): Promise<Diffed> {
        if (request.type === helm.RELEASE) return Promise.resolve(helm.diff(request));
        return diff(this.session, request);
    }

    create(request: CreateRequest): Promise<Created> {
        if (request.type === helm.RELEASE) return helm.create(this.session, request);
        return create(this.session, request);
    }

    update(request: UpdateRequest): Promise<Bag> {
        if (request.type === helm.RELEASE) return helm.update(this.session, request);
        return update(this.session, request);
    }

    read(request: ReadRequest): Promise<ReadResult | undefined> {
        if (request.type === helm.RELEASE) return helm.read(this.session, request);
        return read(this.session, request);
    }

    delete(request: DeleteRequest): Promise<void> {
        if (request.type === helm.RELEASE) return helm.remove(this.session, request);
        return remove(this.session, request);
    }

    invoke(token: string): never {
        throw new Error(`the stand-in for the kubernetes plugin has no function ${token}`);
    }

    cancel(): void {
        this.current?.cancel();
    }
}
