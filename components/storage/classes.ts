import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { classParameters, tagParameters } from "../../config/aws/classes";
import type { StoragePlan } from "../../config/aws/eks-plan";
import { labels } from "../../config/live";

export interface StorageArgs {
    /** What is made, decided beforehand by `planClasses`. */
    plan: StoragePlan;

    /** The stack that makes it, `<project>.<stack>`: a label by which its classes are found again. */
    stack: string;

    /** The KMS key that new volumes are encrypted with. Fixed once a class is made. */
    keyArn: pulumi.Input<string>;
}

/**
 * Where the volumes of an EKS cluster come from: gp3, encrypted, made in the zone of the pod that asks, kept when their
 * claim is deleted, and tagged so that the snapshot policies find them; and how snapshots are taken from within the cluster.
 *
 * Storage classes never change and are never deleted: they are protected, and stay in the cluster even when they leave the
 * state. What would change one is refused by preview (`guardClasses`).
 *
 * @see https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/parameters.md
 */
export class Storage extends pulumi.ComponentResource {
    /** What claims need to be there. */
    readonly ready: readonly pulumi.Resource[];

    constructor(name: string, { plan, stack, keyArn }: StorageArgs, opts?: pulumi.ComponentResourceOptions) {
        super("cht-hosting:storage:Storage", name, { driver: plan.driver, className: plan.className }, opts);

        const ours = { ...labels.managedBy, [labels.stack]: stack };
        const classes = plan.classes.map(
            (each) =>
                new k8s.storage.v1.StorageClass(
                    `${name}-class-${each.name}`,
                    {
                        metadata: {
                            name: each.name,
                            labels: ours,
                            annotations: { "storageclass.kubernetes.io/is-default-class": String(each.default) },
                        },
                        provisioner: plan.driver,
                        // A volume lives in one zone: it is made when it is known where its pod runs.
                        volumeBindingMode: "WaitForFirstConsumer",
                        reclaimPolicy: "Retain",
                        allowVolumeExpansion: true,
                        parameters: { ...classParameters(plan, each.name), kmsKeyId: keyArn },
                    },
                    {
                        parent: this,
                        protect: true,
                        retainOnDelete: true,
                        ...(each.adopt ? { import: each.name } : {}),
                    },
                ),
        );
        const snapshotClass = (purpose: string, className: string, deletionPolicy: "Retain" | "Delete") =>
            new k8s.apiextensions.CustomResource(
                `${name}-${purpose}`,
                {
                    apiVersion: "snapshot.storage.k8s.io/v1",
                    kind: "VolumeSnapshotClass",
                    metadata: { name: className, labels: ours },
                    driver: plan.driver,
                    deletionPolicy,
                    parameters: tagParameters(plan.snapshotTagSpecifications),
                },
                { parent: this },
            );
        this.ready = [
            ...classes,
            snapshotClass("snapshots-kept", plan.snapshotClassName, "Retain"),
            snapshotClass("snapshots-quiesced", plan.quiescedClassName, "Delete"),
        ];
        this.registerOutputs({ className: plan.className, snapshotClassName: plan.snapshotClassName });
    }
}
