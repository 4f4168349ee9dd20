/** The stand-in for Pulumi's official `aws` plugin, over an AWS that is a file. */
import {
    type Checked,
    type CheckRequest,
    type Created,
    type CreateRequest,
    type DeleteRequest,
    type Diffed,
    type DiffRequest,
    InitializationFailed,
    type PropertyDiff,
    type Provider,
    type ReadRequest,
    type ReadResult,
    type Request,
    type UpdateRequest,
} from "../provider";
import { type Bag, reveal, textAt } from "../values";
import { type Behaviours, official } from "./behaviours";
import { check } from "./check";
import { type Config, parseConfig, refuseUnknown } from "./config";
import { diff } from "./diff";
import { AwsError, describe, type Operation, serviceOf } from "./errors";
import { hex, type ResourceFacts, type Work } from "./facts";
import { type Admission, type Call, Throttled, writeDown } from "./faults";
import { lookUp } from "./lookups";
import { factsOf } from "./services";
import { readSettings } from "./settings";
import { inputsOf } from "./state";
import type { Inventory, Item } from "./world";

export class AwsProvider implements Provider {
    private current: Config | undefined;

    constructor(
        readonly version: string,
        private readonly behaviours: Behaviours = official,
        private readonly environment: NodeJS.ProcessEnv = process.env,
    ) {}

    private get config(): Config {
        if (!this.current) throw new Error("the aws plugin has not been configured");
        return this.current;
    }

    checkConfig({ news }: CheckRequest): Checked {
        const failures = refuseUnknown(Object.keys(news)).map((property) => ({
            property,
            reason: `the stand-in for the aws plugin does not offer ${property}`,
        }));
        return { inputs: news, failures };
    }

    /** Another region is another place: what is in the old one has to be made anew. */
    diffConfig({ olds, news }: DiffRequest): Diffed {
        const properties = new Map<string, PropertyDiff>();
        for (const key of new Set([...Object.keys(olds), ...Object.keys(news)])) {
            const [before, after] = [JSON.stringify(olds[key]), JSON.stringify(news[key])];
            if (before === after) continue;
            const kind = before === undefined ? "add" : after === undefined ? "delete" : "update";
            properties.set(key, { kind, replace: key === "region" });
        }
        return { properties };
    }

    configure(variables: Map<string, string>): void {
        this.current = parseConfig(variables, this.environment);
    }

    check(request: CheckRequest): Checked {
        return check(this.behaviours, factsOf(request.type), request);
    }

    diff(request: DiffRequest): Diffed {
        return diff(this.behaviours, factsOf(request.type), request);
    }

    async create(request: CreateRequest): Promise<Created> {
        const { behaviours, config } = this;
        const { type, inputs } = request;
        const facts = factsOf(type);
        if (request.preview) return { id: "", state: behaviours.planned(config, facts, type, inputs) };
        const { item, admission } = await this.call("create", request, "", inputs, (work, { ending }) => {
            work.inputs = { ...namedByPrefix(facts, inputs), ...work.inputs };
            behaviours.checkReferences(work, facts.references ?? []);
            behaviours.checkRoom(work);
            facts.beforeCreate?.(work);
            const id = facts.id(work);
            const properties = behaviours.made(config, facts, work, id);
            const made = { type, region: work.region, id, properties };
            if (ending === "broken") Object.assign(made.properties, facts.broken);
            work.inventory.add(made);
            return made;
        });
        const state = behaviours.markSecrets(item.properties, inputs);
        if (admission.ending === "well") return { id: item.id, state };
        // As the official plugin does: what has an id is kept, with what went wrong, and updated the next time.
        const message = `waiting for ${serviceOf(type)} ${item.id} to be created: ${admission.message}`;
        throw new InitializationFailed(message, item.id, state, [message]);
    }

    async update(request: UpdateRequest): Promise<Bag> {
        const { behaviours, config } = this;
        const { type, id, news } = request;
        const facts = factsOf(type);
        if (request.preview) {
            const work = this.work(type, reveal(news), config.world.read());
            const planned = behaviours.plannedUpdate(config, facts, work, reveal(request.olds));
            return behaviours.markSecrets(planned, news);
        }
        const { item } = await this.call("update", request, id, news, (work) => {
            const there = this.require(work.inventory, facts, request, id);
            behaviours.checkReferences(work, facts.references ?? []);
            facts.beforeUpdate?.(work, there);
            there.properties = behaviours.changed(config, facts, work, there);
            return there;
        });
        return behaviours.markSecrets(item.properties, news);
    }

    async read(request: ReadRequest): Promise<ReadResult | undefined> {
        const { config } = this;
        const { type, id } = request;
        const facts = factsOf(type);
        const { item } = await this.call("read", request, id, request.inputs, (work) =>
            this.there(work.inventory, facts, type, id),
        );
        if (!item) return undefined;
        const state = this.behaviours.markSecrets(this.behaviours.found(config, item), request.inputs);
        return { id, state, inputs: inputsOf(type, state, request.inputs) };
    }

    async delete(request: DeleteRequest): Promise<void> {
        const { type, id } = request;
        const facts = factsOf(type);
        await this.call("delete", request, id, request.state, (work) => {
            const item = this.there(work.inventory, facts, type, id);
            // Gone is gone: somebody else has done it.
            if (!item) return undefined;
            facts.beforeDelete?.(work, item);
            this.behaviours.checkUnused(work, item);
            work.inventory.remove(item);
            const left = facts.afterDelete?.(item);
            if (left) work.inventory.add(left);
            return item;
        });
    }

    async invoke(token: string, args: Bag): Promise<Bag> {
        const { config } = this;
        const region = textAt(args, "region") || config.region;
        const call: Call = { call: token, type: "", name: "", region };
        await this.behaviours.admit(config.world, call, config.maxRetries);
        const settings = readSettings(config.world.folder);
        return lookUp(token, { config, settings, region, args: reveal(args), inventory: config.world.read() });
    }

    cancel(): void {}

    private there(inventory: Inventory, facts: ResourceFacts, type: string, id: string): Item | undefined {
        const item = inventory.items.find((one) => one.type === type && one.id === id);
        return item && facts.isGone?.(item) ? undefined : item;
    }

    private require(inventory: Inventory, facts: ResourceFacts, { type }: Request, id: string): Item {
        const item = this.there(inventory, facts, type, id);
        if (!item) throw new AwsError("NotFound", `'${id}' does not exist`);
        return item;
    }

    private work(type: string, inputs: Bag, inventory: Inventory): Work {
        const { config } = this;
        const region = factsOf(type).global ? "" : textAt(inputs, "region") || config.region;
        const settings = readSettings(config.world.folder);
        return { type, region, account: config.account, partition: config.partition, settings, inventory, inputs };
    }

    /** One call to AWS: admitted, done, and written down. */
    private async call<T extends Item | undefined>(
        operation: Operation,
        request: Request,
        id: string,
        inputs: Bag,
        perform: (work: Work, admission: Admission) => T,
    ): Promise<{ item: T; admission: Admission }> {
        const { config } = this;
        const { world } = config;
        const region = textAt(reveal(inputs), "region") || config.region;
        const call: Call = { call: operation, type: request.type, name: request.name, region, id };
        let attempts = 1;
        try {
            const admission = await this.behaviours.admit(world, call, config.maxRetries);
            attempts = admission.attempts;
            const item = await world.change((inventory) =>
                perform(this.work(request.type, reveal(inputs), inventory), admission),
            );
            writeDown(world, { ...call, id: item?.id ?? id }, attempts);
            if (admission.ending === "lost")
                throw new Error(`${describeLost(operation, request.type)}: connection reset by peer`);
            return { item, admission };
        } catch (error) {
            const said =
                error instanceof AwsError
                    ? describe(operation, request.type, id, error, error instanceof Throttled ? error.attempts : 1)
                    : (error as Error);
            writeDown(world, call, attempts, said);
            throw said;
        }
    }
}

/** AWS's provider makes a name of a prefix, which no preview can know. */
function namedByPrefix({ autoname }: ResourceFacts, inputs: Bag): Bag {
    const prefix = autoname && textAt(reveal(inputs), `${autoname}Prefix`);
    return autoname && prefix ? { [autoname]: `${prefix}${Date.now()}${hex(13)}` } : {};
}

const describeLost = (operation: Operation, type: string): string =>
    `${operation} ${type}: request send failed, read tcp`;
