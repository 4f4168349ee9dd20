/** Logs of an instance's services, in the order in which the engine got the lines. */
import { OperatorError } from "./error";
import { asOperatorError, type HostContainer, type HostInstance } from "./hosts";
import { secretsOf } from "./login";
import { redactor } from "./redact";

export interface LogsOptions {
    /** `api`, `couchdb-2`. @default all */
    readonly service?: string;
    readonly since?: Date;
    /** Whether to wait for more. @default false */
    readonly follow?: boolean;
    /** Only the last lines of each service. @default all */
    readonly tail?: number;
    /** Ends the following. */
    readonly signal?: AbortSignal;
}

export interface ServiceLogLine {
    readonly service: string;
    readonly stream: "stdout" | "stderr";
    /** When the engine got it, RFC 3339 with nanoseconds. */
    readonly time: string;
    /** Without the newline, and without the instance's secrets. */
    readonly text: string;
}

/**
 * The log, line by line; of several services merged by time. While following, lines come as they are written.
 *
 * @throws OperatorError not-found: there is no such service; the message says which there are
 */
export async function* logsOf(instance: HostInstance, options: LogsOptions = {}): AsyncGenerator<ServiceLogLine> {
    const { service, ...rest } = options;
    const containers = chosen(instance, service);
    const { values, ...login } = await secretsOf(instance);
    const redact = redactor(values, login);
    const sources = containers.map((container) => lines(instance, container, redact, rest));
    yield* options.follow ? asTheyCome(sources) : byTime(sources);
}

function chosen({ name, containers }: HostInstance, service: string | undefined): readonly HostContainer[] {
    if (containers.length === 0) {
        throw new OperatorError("not-found", `the instance '${name}' has no containers: it is not deployed`);
    }
    if (service === undefined) return containers;
    const found = containers.filter((container) => container.service === service);
    if (found.length > 0) return found;
    const there = containers.map((container) => container.service).join(", ");
    throw new OperatorError("not-found", `the instance '${name}' has no service '${service}'; it has ${there}`);
}

async function* lines(
    { engine }: HostInstance,
    { id, service }: HostContainer,
    redact: (text: string) => string,
    options: Omit<LogsOptions, "service">,
): AsyncGenerator<ServiceLogLine> {
    try {
        for await (const { stream, time, text } of engine.containers.logs(id, options)) {
            yield { service, stream, time, text: redact(text) };
        }
    } catch (error) {
        throw asOperatorError(error);
    }
}

type Lines = AsyncGenerator<ServiceLogLine>;

/** Each source is in order itself, and so the earliest of their next lines is the next of all. */
async function* byTime(sources: readonly Lines[]): Lines {
    const next = async (source: Lines) => ({ source, line: await source.next() });
    let heads = await Promise.all(sources.map(next));
    for (;;) {
        heads = heads.filter(({ line }) => !line.done);
        const [first, ...others] = heads;
        if (first === undefined) return;
        const head = others.reduce((a, b) => (timeOf(b) < timeOf(a) ? b : a), first);
        yield head.line.value as ServiceLogLine;
        heads[heads.indexOf(head)] = await next(head.source);
    }
}

const timeOf = ({ line }: { line: IteratorResult<ServiceLogLine, unknown> }) => (line.value as ServiceLogLine).time;

async function* asTheyCome(sources: readonly Lines[]): Lines {
    const waiting = new Map(sources.map((source) => [source, pull(source)]));
    while (waiting.size > 0) {
        const { source, line } = await Promise.race(waiting.values());
        if (line.done) {
            waiting.delete(source);
            continue;
        }
        yield line.value;
        waiting.set(source, pull(source));
    }
}

const pull = async (source: Lines) => ({ source, line: await source.next() });
