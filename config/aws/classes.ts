/**
 * Storage classes of an EKS cluster: gp3, encrypted, kept. What gp3 allows, and what may not change any more: Kubernetes
 * changes no class, and a class that is made anew under its name is another one for volumes that were made of it.
 *
 * @see https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html
 */
import type { LiveStorageClass } from "../live";
import { oneOf, type Problem, pathOf } from "../problem";
import { quantityOf } from "../quantity";
import type { StorageClassPlan, StoragePlan } from "./eks-plan";
import type { EksModel } from "./schema";
import { awsTags, volumesOf } from "./tags";

/** Of gp3 since September 2025. */
export const gp3 = {
    sizeGi: { min: 1, max: 65_536 },
    iops: { min: 3_000, max: 80_000, perGi: 500 },
    throughput: { min: 125, max: 2_000, perIops: 0.25 },
} as const;

/** By Auto Mode or not: a volume of one driver cannot be used by the other. */
export const drivers = { addon: "ebs.csi.aws.com", autoMode: "ebs.csi.eks.amazonaws.com" } as const;

/** Of snapshots that people take by hand: they stay until somebody deletes them in AWS. */
const snapshotClassName = "cht-kept";

/** Of the quiesced sets, whose oldest are deleted by the program's own Job. */
const quiescedClassName = "cht-quiesced";

/** A volume that an instance asks of a class. */
export interface ClassVolume {
    /** The key that says its size: `instances.uat.couchdb.volume.size`. */
    readonly path: string;
    /** A Kubernetes quantity; AWS makes it whole GiB. */
    readonly size: string;
    /** @default - the cluster's */
    readonly className?: string;
}

export interface PlanClassesArgs {
    readonly model: Pick<EksModel, "name" | "storage" | "autoMode">;
    /** `<project>.<stack>` */
    readonly stack: string;
    /** Those that AWS will make; a volume that exists has what it has. */
    readonly volumes: readonly ClassVolume[];
    /** By name; a class of this stack that is there already is taken over. */
    readonly live?: ReadonlyMap<string, LiveStorageClass>;
}

export function planClasses({ model, stack, volumes, live = new Map() }: PlanClassesArgs): {
    plan: StoragePlan;
    problems: Problem[];
} {
    const { classes, className, keyArn } = model.storage;
    const names = Object.keys(classes);
    const byDefault = className ?? (names.length === 1 ? names[0] : undefined) ?? "";
    const plan: StoragePlan = {
        driver: model.autoMode === undefined ? drivers.addon : drivers.autoMode,
        classes: Object.entries(classes).map(
            ([name, performance]): StorageClassPlan => ({
                name,
                default: name === byDefault,
                ...performance,
                tagSpecifications: volumeTags(model.name, stack),
                adopt: live.get(name)?.stack === stack,
            }),
        ),
        className: byDefault,
        snapshotClassName,
        quiescedClassName,
        snapshotTagSpecifications: snapshotTags(model.name, stack),
        ...(keyArn === undefined ? {} : { keyArn }),
    };
    return { plan, problems: [...checkClasses(model.storage), ...checkVolumes(model.storage, plan, volumes, live)] };
}

/** In the driver's own templates: it fills in the claim's names when it makes the volume. */
function volumeTags(cluster: string, stack: string): string[] {
    return [
        `${awsTags.volumes}=${volumesOf(cluster, "{{ .PVCNamespace }}")}`,
        `${awsTags.claim}={{ .PVCName }}`,
        `${awsTags.stack}=${stack}`,
        `${awsTags.cluster}=${cluster}`,
        `Name=${volumesOf(cluster, "{{ .PVCNamespace }}")}/{{ .PVCName }}`,
    ];
}

function snapshotTags(cluster: string, stack: string): string[] {
    return [
        `${awsTags.volumes}=${volumesOf(cluster, "{{ .VolumeSnapshotNamespace }}")}`,
        `${awsTags.stack}=${stack}`,
        `${awsTags.cluster}=${cluster}`,
        `Name=${volumesOf(cluster, "{{ .VolumeSnapshotNamespace }}")}/{{ .VolumeSnapshotName }}`,
    ];
}

function* checkClasses({ classes, className }: EksModel["storage"]): Generator<Problem> {
    const names = Object.keys(classes);
    if (names.length === 0) {
        yield { path: "cluster.storage.classes", message: "must have at least one class, such as gp3: {}" };
    } else if (className === undefined && names.length > 1) {
        yield {
            path: "cluster.storage.className",
            message: `is required with several classes, ${oneOf(names)}: no order of them is kept`,
        };
    } else if (className !== undefined && classes[className] === undefined) {
        yield { path: "cluster.storage.className", message: `must be one of storage.classes, ${oneOf(names)}` };
    }
    for (const [name, { iops, throughput }] of Object.entries(classes)) {
        const path = pathOf("cluster", "storage", "classes", name);
        if (iops !== undefined && (iops < gp3.iops.min || iops > gp3.iops.max)) {
            yield { path: `${path}.iops`, message: `must be ${gp3.iops.min} to ${gp3.iops.max}, as gp3 has it` };
        }
        if (throughput === undefined) continue;
        const { min, max, perIops } = gp3.throughput;
        const operations = iops ?? gp3.iops.min;
        if (throughput < min || throughput > max) {
            yield { path: `${path}.throughput`, message: `must be ${min} to ${max} MiB a second, as gp3 has it` };
        } else if (throughput > operations * perIops) {
            yield {
                path: `${path}.throughput`,
                message: `must be at most ${perIops} MiB a second for each of the ${operations} IOPS, ${Math.floor(operations * perIops)}: ${throughput} needs iops: ${throughput / perIops}`,
            };
        }
    }
}

function* checkVolumes(
    { classes }: EksModel["storage"],
    plan: StoragePlan,
    volumes: readonly ClassVolume[],
    live: ReadonlyMap<string, LiveStorageClass>,
): Generator<Problem> {
    for (const { path, size, className: named } of volumes) {
        const className = named ?? plan.className;
        const performance = classes[className];
        // A default that is missing is told once, of the cluster.
        if (named !== undefined && performance === undefined && !live.has(className)) {
            yield {
                path: path.replace(/\.[^.]+$/, ".className"),
                message: `must be one of cluster.storage.classes, ${oneOf(Object.keys(classes))}, not '${className}'`,
            };
        }
        const sizeGi = Math.ceil(quantityOf(size) / 2 ** 30);
        if (sizeGi > gp3.sizeGi.max) {
            yield { path, message: `must be at most ${gp3.sizeGi.max}Gi, as gp3 has it` };
        }
        const iops = performance?.iops;
        if (iops !== undefined && iops <= gp3.iops.max && iops > Math.max(gp3.iops.min, sizeGi * gp3.iops.perGi)) {
            yield {
                path,
                message: `must be at least ${Math.ceil(iops / gp3.iops.perGi)}Gi for the ${iops} IOPS of class '${className}': gp3 allows ${gp3.iops.perGi} for each GiB`,
            };
        }
    }
}

/** What a class is made of, as the API server keeps it; the key apart, which may be known only when it is made. */
export function classParameters({ classes }: StoragePlan, name: string): Record<string, string> {
    const found = classes.find((each) => each.name === name);
    if (found === undefined) throw new Error(`the plan has no class '${name}'`);
    return {
        type: "gp3",
        encrypted: "true",
        "csi.storage.k8s.io/fstype": "ext4",
        ...(found.iops === undefined ? {} : { iops: String(found.iops) }),
        ...(found.throughput === undefined ? {} : { throughput: String(found.throughput) }),
        ...tagParameters(found.tagSpecifications),
    };
}

export function tagParameters(specifications: readonly string[]): Record<string, string> {
    return Object.fromEntries(specifications.map((text, index) => [`tagSpecification_${index + 1}`, text]));
}

/**
 * Refuses a class that is in the cluster otherwise than the file has it, rather than replacing it, and one that the file
 * has no more.
 *
 * @param stack `<project>.<stack>`
 */
export function guardClasses(
    plan: StoragePlan,
    live: ReadonlyMap<string, LiveStorageClass>,
    stack: string,
): { problems: Problem[]; notes: string[] } {
    const problems: Problem[] = [];
    const refuse = (name: string, message: string) =>
        problems.push({ path: pathOf("cluster", "storage", "classes", name), message });
    for (const { name } of plan.classes) {
        const there = live.get(name);
        if (there === undefined) continue;
        if (there.stack !== stack) {
            const owner = there.stack === undefined ? "somebody else" : `stack '${there.stack}'`;
            refuse(name, `is a class that ${owner} made in the cluster: give yours another name`);
            continue;
        }
        const changed = differences(plan, name, there);
        if (changed.length > 0) {
            refuse(
                name,
                `is in the cluster with other values (${changed.join(", ")}). A class never changes: leave it as it is, and give the new one another name`,
            );
        }
    }
    for (const [name, { stack: owner }] of live) {
        if (owner !== stack || plan.classes.some((each) => each.name === name)) continue;
        refuse(
            name,
            `is in the cluster and not in the file any more: write it again. A class stays with the volumes that were made of it, which could not grow without it. To give it up when no claim names it: 'kubectl delete storageclass ${name}', then 'pulumi state unprotect' and 'pulumi state delete' its URN`,
        );
    }
    const others = [...live].filter(
        ([name, each]) => each.default === true && !plan.classes.some((of) => of.name === name),
    );
    const notes = others.map(
        ([name]) =>
            `Storage class '${name}' is a default of the cluster too. Instances name their class; take the annotation 'storageclass.kubernetes.io/is-default-class' from it, so that other claims get '${plan.className}'.`,
    );
    return { problems, notes };
}

function differences(plan: StoragePlan, name: string, live: LiveStorageClass): string[] {
    const wanted: Record<string, string | undefined> = {
        provisioner: plan.driver,
        reclaimPolicy: "Retain",
        volumeBindingMode: "WaitForFirstConsumer",
        ...classParameters(plan, name),
    };
    const { kmsKeyId, ...parameters } = live.parameters;
    const { provisioner, reclaimPolicy, volumeBindingMode } = live;
    const found: Record<string, string | undefined> = { provisioner, reclaimPolicy, volumeBindingMode, ...parameters };
    // A key that the program makes is known to the engine only.
    if (plan.keyArn !== undefined) {
        wanted["kmsKeyId"] = plan.keyArn;
        found["kmsKeyId"] = kmsKeyId;
    }
    return [...new Set([...Object.keys(wanted), ...Object.keys(found)])]
        .filter((key) => wanted[key] !== found[key])
        .map((key) => `${key} '${found[key] ?? ""}' instead of '${wanted[key] ?? ""}'`);
}
