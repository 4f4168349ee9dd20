import type { ChtVersion } from "../../cht/model";
import type { VolumePlan } from "../instance-plan";
import type { LiveNamespace } from "../live";
import type { InstanceModel } from "../schema";
import type { GivenSecrets } from "../secrets";

/** An instance as it is to be, beside what is in its namespace now. */
export interface Subject {
    readonly name: string;
    readonly instance: InstanceModel;
    readonly version: ChtVersion;
    readonly volumes: readonly VolumePlan[];
    readonly secrets: GivenSecrets;
    /** A namespace that is this instance's own. */
    readonly live: LiveNamespace;
}

/** What a rule says of an instance; the path begins below `instances.<name>`. */
export interface Finding {
    readonly path: string;
    readonly message: string;
}
