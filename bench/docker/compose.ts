import { ComposeInstall } from "../../tests/docker/support/compose";
import { type Contender, expectNothingOf } from "./contender";

const project = "cht-compose-bench";

/** Compose files in the shape of those that CHT publishes. */
export function compose(): Contender {
    const ports = { http: 18_181, https: 18_544 };
    const install = new ComposeInstall({ project, network: `${project}-net`, user: "medic", password: "bench", ports });
    return {
        name: "docker compose",
        url: `https://127.0.0.1:${ports.https}`,
        prepare: () => expectNothingOf(project),
        first: () => install.up(),
        again: () => install.up(),
        remove: () => install.remove(),
    };
}
