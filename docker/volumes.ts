import { EngineError } from "./error";
import { orNothing, segment, type Transport } from "./transport";
import type { Labels, Volume } from "./types";

export class Volumes {
    constructor(private readonly transport: Transport) {}

    async list(): Promise<readonly Volume[]> {
        const { Volumes } = await this.transport.json<{ Volumes: readonly Volume[] | null }>({
            path: "/volumes",
            failure: "volumes cannot be listed",
        });
        return Volumes ?? [];
    }

    inspect(name: string): Promise<Volume | undefined> {
        return this.transport.find({
            path: `/volumes/${segment(name)}`,
            failure: `volume '${name}' cannot be looked at`,
        });
    }

    /** @throws {EngineError} conflict: one of this name is there, whoever made it. The API itself would hand it out. */
    async create(name: string, labels: Labels = {}): Promise<Volume> {
        const failure = `volume '${name}' cannot be created`;
        if (await this.inspect(name)) throw new EngineError("conflict", `${failure}: there is one of this name`);
        return this.transport.json({
            method: "POST",
            path: "/volumes/create",
            body: { Name: name, Labels: labels },
            failure,
        });
    }

    /** Deletes it with its data. One that is not there is left alone. @throws {EngineError} conflict: a container has it. */
    async remove(name: string): Promise<void> {
        const failure = `volume '${name}' cannot be deleted`;
        await orNothing(
            this.transport.send({ method: "DELETE", path: `/volumes/${segment(name)}`, failure, lasting: true }),
        );
    }
}
