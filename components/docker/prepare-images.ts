/** Sees to it that every image can be had, before the first resource: an instance with one missing would stand half. */
import { createReadStream } from "node:fs";
import type { HostPlan } from "../../config/docker/host-plan";
import { type Problem, pathOf } from "../../config/problem";
import { type ImageArchive, scanArchives } from "../../docker/archives";
import type { Engine } from "../../docker/client";
import { familiarName } from "../../docker/image-name";
import type { RegistryAnswer } from "../../docker/images";
import { imagesOf } from "./images";
import { type Logins, loginFor } from "./registry";

/** The archives of the folders that the instances name. */
export async function readArchives(
    folders: ReadonlyMap<string, { readonly folder: string }>,
): Promise<readonly ImageArchive[]> {
    const distinct = new Set([...folders.values()].map(({ folder }) => folder));
    const found = await Promise.all([...distinct].map(scanArchives));
    return found.flatMap(({ archives }) => archives);
}

/** Loads what the engine does not have. */
export async function loadArchives(engine: Engine, archives: readonly ImageArchive[]): Promise<void> {
    const there = new Set(await engine.images.names());
    for (const { path, images } of archives) {
        if (images.length > 0 && images.every((image) => there.has(image))) continue;
        await engine.images.load(createReadStream(path), { name: path });
        for (const image of images) there.add(image);
    }
}

/** Images that are neither on the engine, nor in an archive that `up` loads, nor known to their registry. */
export async function missingImages(
    engine: Engine,
    plans: readonly HostPlan[],
    archives: readonly ImageArchive[],
    logins: Logins,
): Promise<Problem[]> {
    const inArchives = new Set(archives.flatMap(({ images }) => images));
    const running = plans.filter(({ remove }) => !remove);
    const images = new Set(running.flatMap((plan) => [...imagesOf(plan).keys()]));
    const answers = new Map<string, RegistryAnswer>();
    await Promise.all(
        [...images].map(async (image) => {
            const there = inArchives.has(familiarName(image)) || (await engine.images.inspect(image)) !== undefined;
            if (!there) answers.set(image, await engine.images.askRegistry(image, loginFor(image, logins)));
        }),
    );
    return running.flatMap((plan) => {
        const missing = [...imagesOf(plan).keys()].filter((image) => (answers.get(image)?.kind ?? "known") !== "known");
        // Mostly it is all of a release, for one reason: told once.
        const reasons = new Map<string, string[]>();
        for (const image of missing) {
            const reason = reasonOf(answers.get(image));
            reasons.set(reason, [...(reasons.get(reason) ?? []), image]);
        }
        return [...reasons].map(
            ([reason, names]): Problem => ({
                path: pathOf("instances", plan.name, "version"),
                message: `images that are not on the engine cannot be had, since their registry ${reason}: ${names.join(", ")}`,
            }),
        );
    });
}

/** The client's own words repeat the image's name; of what a registry answers, only that it cannot be reached has details. */
function reasonOf(answer: RegistryAnswer | undefined): string {
    switch (answer?.kind) {
        case "unknown":
            return "does not have them";
        case "denied":
            return "does not give them out without a login ('pulumi config set --secret <instance>.dockerConfigJson')";
        case "unreachable":
            // Without the engine's own port, which is another for each question: the same reason is told once.
            return `cannot be reached (${answer.reason.replace(/^.* cannot be asked: |\b(read|write) udp \S+->\S+: /g, "")})`;
        default:
            return "";
    }
}
