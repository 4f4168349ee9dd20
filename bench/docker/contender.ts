import { engine } from "../../tests/docker/support/engine";

/** One way to bring a CHT instance to a Docker host. */
export interface Contender {
    readonly name: string;
    /** Where its users come in. */
    readonly url: string;
    /** What is not measured: files, an empty stack. */
    prepare(): Promise<void>;
    /** Brings the instance to a host that has its images, and nothing else of it. */
    first(): Promise<void>;
    /** Finds out that nothing has to change. */
    again(): Promise<void>;
    /** Takes everything away, the data too. */
    remove(): Promise<void>;
}

export const version = "5.2.0";

/** On an engine that has other things too, nothing of somebody else's may be taken for the benchmark's own. */
export async function expectNothingOf(name: string): Promise<void> {
    const there = Object.values(await engine.objects(name)).flat();
    if (there.length > 0) throw new Error(`the engine has ${there.join(", ")} already`);
}
