/**
 * A mistake or an obstacle that a person can do something about: printed as its sentence, never with a stack trace.
 */
export class Failure extends Error {}

/**
 * Runs a command line's main function: a Failure ends with its sentence and exit code 1.
 * @param {() => Promise<unknown>} main
 */
export async function run(main) {
    try {
        await main();
    } catch (error) {
        if (!(error instanceof Failure)) throw error;
        process.stderr.write(`\nerror: ${error.message}\n`);
        process.exitCode = 1;
    }
}
