import assert from "node:assert/strict";
import { classParameters, guardClasses } from "../../../../config/aws/classes";
import type { StoragePlan } from "../../../../config/aws/eks-plan";
import type { LiveStorageClass } from "../../../../config/live";
import { key, made, planned, stack } from "./classes-support";

describe("storage classes", () => {
    it("are gp3, encrypted, ext4, and tag each volume with its namespace and claim", () => {
        const { plan, problems } = planned();
        assert.deepEqual(problems, []);
        assert.deepEqual(plan, {
            driver: "ebs.csi.aws.com",
            classes: [
                {
                    name: "gp3",
                    default: true,
                    tagSpecifications: [
                        "cht-hosting/volumes=prod/{{ .PVCNamespace }}",
                        "cht-hosting/claim={{ .PVCName }}",
                        "cht-hosting/stack=cht-hosting.prod",
                        "cht-hosting/cluster=prod",
                        "Name=prod/{{ .PVCNamespace }}/{{ .PVCName }}",
                    ],
                    adopt: false,
                },
            ],
            className: "gp3",
            snapshotClassName: "cht-kept",
            quiescedClassName: "cht-quiesced",
            snapshotTagSpecifications: [
                "cht-hosting/volumes=prod/{{ .VolumeSnapshotNamespace }}",
                "cht-hosting/stack=cht-hosting.prod",
                "cht-hosting/cluster=prod",
                "Name=prod/{{ .VolumeSnapshotNamespace }}/{{ .VolumeSnapshotName }}",
            ],
        });
        assert.deepEqual(classParameters(plan, "gp3"), {
            type: "gp3",
            encrypted: "true",
            "csi.storage.k8s.io/fstype": "ext4",
            tagSpecification_1: "cht-hosting/volumes=prod/{{ .PVCNamespace }}",
            tagSpecification_2: "cht-hosting/claim={{ .PVCName }}",
            tagSpecification_3: "cht-hosting/stack=cht-hosting.prod",
            tagSpecification_4: "cht-hosting/cluster=prod",
            tagSpecification_5: "Name=prod/{{ .PVCNamespace }}/{{ .PVCName }}",
        });
    });

    it("are of Auto Mode's driver with Auto Mode", () => {
        assert.equal(planned({}, [], new Map(), true).plan.driver, "ebs.csi.eks.amazonaws.com");
    });

    it("have exactly one default, which is the one of new volumes", () => {
        const classes = { gp3: {}, fast: { iops: 6000, throughput: 500 } };
        for (const className of ["gp3", "fast"]) {
            const { plan, problems } = planned({ classes, className, keyArn: key });
            const defaults = plan.classes.filter((each) => each.default).map(({ name }) => name);
            assert.deepEqual([plan.className, defaults, plan.keyArn, problems], [className, [className], key, []]);
        }
        assert.deepEqual(
            planned({ classes: { fast: {} } }).plan.classes.map((each) => each.default),
            [true],
        );
        const { iops, throughput } = classParameters(planned({ classes, className: "gp3" }).plan, "fast");
        assert.deepEqual([iops, throughput], ["6000", "500"]);
    });

    it("of this stack that are in the cluster are taken over, others' are not", () => {
        const { plan } = planned();
        const adopted = (live: LiveStorageClass) => planned({}, [], new Map([["gp3", live]])).plan.classes[0]?.adopt;
        assert.equal(adopted(made(plan, "gp3")), true);
        assert.equal(adopted(made(plan, "gp3", { stack: "cht-hosting.other" })), false);
        assert.equal(adopted(made(plan, "gp3", { stack: undefined })), false);
    });
});

describe("a class that is in the cluster", () => {
    const { plan } = planned({ classes: { gp3: {}, fast: { iops: 6000 } }, className: "gp3", keyArn: key });
    const guard = (live: Record<string, LiveStorageClass>, of: StoragePlan = plan) =>
        guardClasses(of, new Map(Object.entries(live)), stack);

    it("as the plan has it is left alone", () => {
        const live = { gp3: made(plan, "gp3"), fast: made(plan, "fast", { default: false }) };
        assert.deepEqual(guard(live), { problems: [], notes: [] });
        assert.deepEqual(guard({}), { problems: [], notes: [] });
    });

    const changes: [string, Partial<LiveStorageClass>, string][] = [
        [
            "driver",
            { provisioner: "ebs.csi.eks.amazonaws.com" },
            "provisioner 'ebs.csi.eks.amazonaws.com' instead of 'ebs.csi.aws.com'",
        ],
        ["reclaim policy", { reclaimPolicy: "Delete" }, "reclaimPolicy 'Delete' instead of 'Retain'"],
        [
            "binding mode",
            { volumeBindingMode: "Immediate" },
            "volumeBindingMode 'Immediate' instead of 'WaitForFirstConsumer'",
        ],
        ["IOPS", { parameters: { ...made(plan, "fast").parameters, iops: "5000" } }, "iops '5000' instead of '6000'"],
        [
            "key",
            { parameters: { ...made(plan, "fast").parameters, kmsKeyId: "other" } },
            `kmsKeyId 'other' instead of '${key}'`,
        ],
        [
            "parameter that the plan has not",
            { parameters: { ...made(plan, "fast").parameters, throughput: "500" } },
            "throughput '500' instead of ''",
        ],
    ];
    for (const [what, change, words] of changes) {
        it(`with another ${what} is refused, never replaced`, () => {
            assert.deepEqual(guard({ fast: made(plan, "fast", change) }).problems, [
                {
                    path: "cluster.storage.classes.fast",
                    message: `is in the cluster with other values (${words}). A class never changes: leave it as it is, and give the new one another name`,
                },
            ]);
        });
    }

    it("whose key the program makes is not compared by its key", () => {
        const without = planned({}).plan;
        assert.deepEqual(guard({ gp3: made(without, "gp3") }, without).problems, []);
    });

    it("that somebody else made is refused", () => {
        const messages = [undefined, "cht-hosting.uat"].map(
            (owner) => guard({ gp3: made(plan, "gp3", { stack: owner }) }).problems[0]?.message,
        );
        assert.deepEqual(messages, [
            "is a class that somebody else made in the cluster: give yours another name",
            "is a class that stack 'cht-hosting.uat' made in the cluster: give yours another name",
        ]);
    });

    it("of this stack and not in the file is refused, with the way out", () => {
        const { problems } = guard({ slow: made(plan, "gp3", { default: false }) });
        assert.deepEqual(
            problems.map(({ path }) => path),
            ["cluster.storage.classes.slow"],
        );
        assert.match(
            problems[0]?.message ?? "",
            /write it again.*kubectl delete storageclass slow.*pulumi state unprotect/,
        );
    });

    it("of somebody else is spoken of where it is a default too, as EKS's old gp2 is", () => {
        const gp2 = made(plan, "gp3", { stack: undefined, parameters: { type: "gp2" } });
        const { problems, notes } = guard({ gp2 });
        assert.deepEqual([problems, notes.length], [[], 1]);
        assert.match(notes[0] ?? "", /'gp2' is a default of the cluster too/);
        assert.deepEqual(guard({ gp2: { ...gp2, default: false } }).notes, []);
    });
});
