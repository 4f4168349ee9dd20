/** What can be seen of the engine's machine where it is this one. */
import { createServer } from "node:net";
import { networkInterfaces } from "node:os";

/** Of addresses such as `127.0.0.1:10443`, those that some program has: listening there fails. */
export async function takenOf(addresses: readonly string[]): Promise<ReadonlySet<string>> {
    const taken = await Promise.all(addresses.map(async (address) => ((await isTaken(address)) ? [address] : [])));
    return new Set(taken.flat());
}

function isTaken(address: string): Promise<boolean> {
    const [host = "", port = ""] = address.split(":");
    return new Promise((resolve) => {
        const server = createServer();
        // Only this says that it is taken: an ordinary user may not listen on port 80, and the engine may.
        server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "EADDRINUSE"));
        server.listen({ host, port: Number(port), exclusive: true }, () => server.close(() => resolve(false)));
    });
}

/** The first address in a network of people, neither loopback nor one of Docker's own. */
export function lanAddress(): { lanAddress?: string } {
    const found = Object.entries(networkInterfaces())
        .filter(([name]) => !/^(docker|br-|veth|virbr|cni|flannel)/.test(name))
        .flatMap(([, addresses]) => addresses ?? [])
        .find(({ family, internal, address }) => family === "IPv4" && !internal && !address.startsWith("169.254."));
    return found === undefined ? {} : { lanAddress: found.address };
}
