/** A release's inputs as arguments of `helm`. What cannot be said there is refused by name. */
import { type Bag, isBag, numberAt, textAt } from "../../values";
import { HelmError } from "./helm";

const OFFERED = new Set([
    ...["atomic", "chart", "cleanupOnFail", "createNamespace", "description", "devel", "disableCRDHooks"],
    ...["disableOpenapiValidation", "disableWebhooks", "forceUpdate", "maxHistory", "name", "namespace", "replace"],
    ...["repositoryOpts", "resetValues", "reuseValues", "skipAwait", "skipCrds", "timeout", "values", "version"],
    ...["waitForJobs", "checksum", "resourceNames"],
]);

/** The release's name, its chart and where that is; the values come on standard input. */
export function chartArgs(inputs: Bag): string[] {
    const repository = inputs["repositoryOpts"];
    const given = Object.keys(inputs).filter((name) => inputs[name] !== undefined && !name.startsWith("__"));
    const refused = given.filter((name) => !OFFERED.has(name));
    if (isBag(repository))
        refused.push(
            ...Object.keys(repository)
                .filter((name) => name !== "repo")
                .map((name) => `repositoryOpts.${name}`),
        );
    if (refused.length > 0)
        throw new HelmError(`the stand-in for the kubernetes plugin does not offer ${refused.join(", ")} of a Release`);
    return [
        textAt(inputs, "name"),
        textAt(inputs, "chart"),
        ...["--namespace", textAt(inputs, "namespace")],
        ...text(inputs, "version", "--version"),
        ...(isBag(repository) ? text(repository, "repo", "--repo") : []),
        ...flag(inputs, "devel", "--devel"),
        ...["--values", "-"],
    ];
}

const text = (inputs: Bag, name: string, option: string): string[] =>
    textAt(inputs, name) ? [option, textAt(inputs, name)] : [];

const flag = (inputs: Bag, name: string, option: string): string[] => (inputs[name] === true ? [option] : []);

function common(inputs: Bag): string[] {
    const waits = inputs["skipAwait"] !== true;
    return [
        ...chartArgs(inputs),
        ...(waits ? ["--wait", ...flag(inputs, "waitForJobs", "--wait-for-jobs")] : []),
        ...["--timeout", `${Number(inputs["timeout"] || 300)}s`],
        ...flag(inputs, "atomic", "--atomic"),
        ...flag(inputs, "skipCrds", "--skip-crds"),
        ...flag(inputs, "disableOpenapiValidation", "--disable-openapi-validation"),
        ...text(inputs, "description", "--description"),
        ...["--output", "json"],
    ];
}

export const installArgs = (inputs: Bag): string[] => [
    "install",
    ...common(inputs),
    ...flag(inputs, "createNamespace", "--create-namespace"),
    ...flag(inputs, "disableWebhooks", "--no-hooks"),
    ...flag(inputs, "replace", "--replace"),
];

export const upgradeArgs = (inputs: Bag): string[] => [
    "upgrade",
    ...common(inputs),
    ...flag(inputs, "cleanupOnFail", "--cleanup-on-fail"),
    ...flag(inputs, "forceUpdate", "--force"),
    ...flag(inputs, "disableCRDHooks", "--no-hooks"),
    ...flag(inputs, "resetValues", "--reset-values"),
    ...flag(inputs, "reuseValues", "--reuse-values"),
    ...["--history-max", `${numberAt(inputs, "maxHistory")}`],
];
