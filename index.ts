/** The program: what the stack file says, as resources. */
import { hostOutputs, stackOutputs } from "./components/outputs";
import { loadStack } from "./config/load";

export = async () => {
    const loaded = loadStack();
    // Each loads the libraries of its platform, which are large: the other's are never needed.
    switch (loaded.platform) {
        case "docker": {
            const { createHosts } = await import("./components/docker/stack");
            return hostOutputs(await createHosts(loaded));
        }
        case "kubernetes": {
            const { createInstances } = await import("./components/kubernetes/stack");
            const { instances, exported } = await createInstances(loaded);
            return { ...stackOutputs(instances), ...exported };
        }
    }
};
