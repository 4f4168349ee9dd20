/** Storage classes as an operator writes them, planned; and as the API server has them. */
import { type ClassVolume, classParameters, planClasses } from "../../../../config/aws/classes";
import type { StoragePlan } from "../../../../config/aws/eks-plan";
import { eksSchema } from "../../../../config/aws/schema";
import type { LiveStorageClass } from "../../../../config/live";

export const stack = "cht-hosting.prod";
export const key = "arn:aws:kms:eu-west-2:123456789012:key/11111111-2222-3333-4444-555555555555";

type Live = ReadonlyMap<string, LiveStorageClass>;

export function planned(
    storage: object = {},
    volumes: readonly ClassVolume[] = [],
    live: Live = new Map(),
    autoMode = false,
) {
    const model = {
        name: "prod",
        storage: eksSchema.shape.storage.parse(storage),
        ...(autoMode ? { autoMode: { maximumAgeHours: 504 } } : {}),
    };
    return planClasses({ model, stack, volumes, live });
}

export const problemsOf = (...args: Parameters<typeof planned>) => planned(...args).problems;

/** As the API server has the class that the plan's is made of. */
export function made(plan: StoragePlan, name: string, more: Partial<LiveStorageClass> = {}): LiveStorageClass {
    return {
        provisioner: plan.driver,
        parameters: { ...classParameters(plan, name), kmsKeyId: key },
        reclaimPolicy: "Retain",
        volumeBindingMode: "WaitForFirstConsumer",
        stack,
        default: true,
        ...more,
    };
}
