/**
 * What will be made of the instances of a Docker host: every decision, taken from plain values before the first resource
 * exists. The component renders a plan and decides nothing.
 */
import * as pulumi from "@pulumi/pulumi";
import type { InstanceDescription } from "../../cht/model";
import type { Finding } from "../guard/subject";
import { checkVersion } from "../guard/version";
import { labels } from "../live";
import { formatProblems, type Problem, pathOf } from "../problem";
import type { HostStackModel } from "../schema";
import type { GivenSecrets } from "../secrets";
import type { HostFiles } from "./files";
import { composedContainers, guardCompose } from "./guard/compose";
import { guardHostCredentials } from "./guard/credentials";
import { guardData } from "./guard/data";
import { guardDisk, guardEngine, guardHost, guardPorts, guardPortsOnce, size } from "./guard/engine";
import { guardForgotten, guardPlace } from "./guard/place";
import type { HostSubject } from "./guard/subject";
import type { HostPlan } from "./host-plan";
import { planHost } from "./instance";
import type { LiveHost } from "./live";
import { hostNames } from "./names";
import { isOwn, planPorts } from "./ports";

export interface PlanHostsArgs {
    readonly model: HostStackModel;
    readonly live: LiveHost;
    readonly files: HostFiles;
    /** `<project>.<stack>` */
    readonly stack: string;
    readonly secrets: GivenSecrets;
}

/**
 * Plans the instances of a stack.
 *
 * @throws {pulumi.RunError} with everything that the files and what is on the engine do not allow, each with the way out.
 */
export function planHostStack(args: PlanHostsArgs): readonly HostPlan[] {
    const { plans, problems, notes } = planHosts(args);
    if (problems.length > 0) {
        const file = `Pulumi.${args.stack.slice(args.stack.indexOf(".") + 1)}.yaml`;
        throw new pulumi.RunError(
            formatProblems(`${file} does not fit what is on the Docker engine ${args.live.endpoint}`, problems),
        );
    }
    // What the files' notes tell of will stop working by itself; the others say what is about to be done.
    const warnings = new Set(args.files.notes);
    for (const note of notes) void (warnings.has(note) ? pulumi.log.warn(note) : pulumi.log.info(note));
    return plans;
}

/** What {@link planHostStack} does, as plain values. Where there are problems, the plans are only of interest to tests. */
export function planHosts(args: PlanHostsArgs): {
    plans: readonly HostPlan[];
    problems: readonly Problem[];
    notes: readonly string[];
} {
    const { model, live, files, stack, secrets } = args;
    const { ports, problems: portProblems } = planPorts(model, live, stack);
    const problems = [...files.problems, ...guardEngine(live), ...portProblems, ...guardForgotten(model, live, stack)];
    const notes = [...files.notes];
    const plans = Object.entries(model.instances).map(([name, instance]) => {
        const names = hostNames(name, instance);
        const owner = { stack, instance: name };
        const own = live.containers.filter((container) => isOwn(container, owner));
        const composed = composedContainers(instance, live);
        const plan = planHost({ name, instance, owner, ports: ports.get(name), names, composed, ...args });
        const subject = { name, instance, plan, names, owner, live, secrets, own, composed };
        const guarded = guardInstance(subject);
        const path = pathOf("instances", name);
        problems.push(...guarded.findings.map((one) => ({ path: below(path, one.path), message: one.message })));
        notes.push(...guarded.notes.map((note) => `${path}.${note}`));
        return plan;
    });
    problems.push(...guardPortsOnce(plans));
    if (plans.some((plan) => !hasImages(plan.description, live))) problems.push(...guardDisk(files.archives, live));
    return { plans, problems, notes };
}

function below(path: string, rest: string): string {
    return rest === "" ? path : `${path}.${rest}`;
}

function guardInstance(subject: HostSubject): { findings: Finding[]; notes: string[] } {
    const { name, instance, plan, live, own, composed, owner } = subject;
    const volumes = live.volumes.filter((volume) => isOwn(volume, owner));
    const version = checkVersion({
        to: plan.description.version,
        platform: "docker",
        images: [...own, ...composed].map(({ image }) => image),
        remembered: [live.credentials.get(name)?.version, ...volumes.map((volume) => volume.labels[labels.version])],
        snapshotTaken: instance.upgrade?.snapshot,
    });
    return {
        findings: [
            ...guardHost(subject),
            ...version.findings,
            ...guardPlace(subject),
            ...guardCompose(subject),
            ...guardData(subject),
            ...guardHostCredentials(subject),
            ...guardPorts(subject),
        ],
        notes: [
            ...version.notes.map((note) => `version: ${note}`),
            ...portNotes(subject),
            ...diskNotes(subject),
            ...takeOverNotes(subject),
        ],
    };
}

function portNotes({ instance, plan }: HostSubject): string[] {
    if (instance.tls.kind !== "acme" || plan.ports.http === 80) return [];
    return [
        `ports.http: the ACME server asks at port 80 of ${plan.host}: a router must lead it to port ${plan.ports.http} of this host`,
    ];
}

function diskNotes({ plan, live }: HostSubject): string[] {
    const { estimate: estimated } = plan;
    const needed = (estimated?.volumeGi ?? 0) * 1024 ** 3;
    if (live.freeBytes === undefined || needed <= live.freeBytes || plan.data.some(({ kind }) => kind === "folder")) {
        return [];
    }
    return [
        `sizing: the data will need ${estimated?.volumeGi} GiB, and ${size(live.freeBytes)} of the engine's disk are free`,
    ];
}

function takeOverNotes({ plan, instance }: HostSubject): string[] {
    if (plan.takeOver.length === 0) return [];
    const names = plan.takeOver.map((container) => container.name).join(", ");
    return [
        `compose: '${instance.compose?.project}' is taken over: its containers are stopped and removed (${names}), its volumes and its network are used on`,
    ];
}

/** Whether the engine has every image already, by its tag or its digest. */
function hasImages({ workloads }: InstanceDescription, { images }: LiveHost): boolean {
    const names = workloads.flatMap(({ containers }) => containers.map(({ image }) => image));
    return names.every((image) => {
        const [tagged = "", digest] = image.split("@");
        return images.has(tagged) || images.has(`${tagged.replace(/:[^:/]+$/, "")}@${digest}`);
    });
}
