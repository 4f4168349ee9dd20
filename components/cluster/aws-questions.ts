import type { Provider } from "@pulumi/aws/provider";
import * as pulumi from "@pulumi/pulumi";
import { type AwsAddress, awsFailure, isMissing } from "../../config/aws/failure";
import { formatProblems, type Problem } from "../../config/problem";

type Invoke<Args, Result> = (args: Args, options: pulumi.InvokeOptions) => Promise<Result>;

/** Asks AWS, and collects what went wrong: one run tells all of it. */
export class Questions {
    private readonly problems: Problem[] = [];

    constructor(
        private readonly address: AwsAddress,
        private readonly provider: Provider,
    ) {}

    /** `undefined` where AWS has no answer: then {@link all} throws. */
    ask<Args, Result>(what: string, invoke: Invoke<Args, Result>, args: Args): Promise<Result | undefined> {
        return this.invoke(what, invoke, args, () => false);
    }

    /** `undefined` also where there is no such thing. */
    find<Args, Result>(what: string, invoke: Invoke<Args, Result>, args: Args): Promise<Result | undefined> {
        return this.invoke(what, invoke, args, isMissing);
    }

    private async invoke<Args, Result>(
        what: string,
        invoke: Invoke<Args, Result>,
        args: Args,
        mayFail: (error: unknown) => boolean,
    ): Promise<Result | undefined> {
        try {
            return await invoke(args, { provider: this.provider });
        } catch (error) {
            if (!mayFail(error)) this.problems.push(awsFailure(error, what, this.address));
            return undefined;
        }
    }

    /** @throws {pulumi.RunError} with everything that has failed so far, each once. */
    async all<const Answers extends readonly unknown[]>(
        answers: {
            readonly [Index in keyof Answers]: Promise<Answers[Index]>;
        },
    ): Promise<Answers> {
        const answered = (await Promise.all(answers)) as unknown as Answers;
        const told = new Map(this.problems.map((problem) => [`${problem.path} ${problem.message}`, problem]));
        refuse([...told.values()]);
        return answered;
    }
}

/** @throws {pulumi.RunError} where there are any. */
export function refuse(problems: readonly Problem[]): void {
    if (problems.length > 0) throw new pulumi.RunError(formatProblems("AWS cannot be read", problems));
}
