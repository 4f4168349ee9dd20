import { EngineError } from "./error";
import { segment, type Transport } from "./transport";
import type { Network } from "./types";

export class Networks {
    constructor(private readonly transport: Transport) {}

    list(): Promise<readonly Network[]> {
        return this.transport.json({ path: "/networks", failure: "networks cannot be listed" });
    }

    /** By its exact name, or its whole id. @throws {EngineError} conflict: there are several of this name, which the engine allows. */
    async inspect(name: string): Promise<Network | undefined> {
        const failure = `network '${name}' cannot be looked at`;
        // The API's own lookup also takes the beginning of an id.
        const [found, ...others] = (await this.list()).filter(({ Id, Name }) => Name === name || Id === name);
        if (found === undefined) return undefined;
        if (others.length > 0) {
            throw new EngineError("conflict", `${failure}: there are ${others.length + 1} of this name`);
        }
        return this.transport.find({ path: `/networks/${segment(found.Id)}`, failure });
    }
}
