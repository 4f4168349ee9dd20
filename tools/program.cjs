/**
 * What Pulumi loads (`main` in package.json): the compiled program, unless it is not what the sources say.
 */
const { join } = require("node:path");
const { program, root, staleness } = require("./sources.cjs");

module.exports = async () => {
    try {
        const stale = staleness(program);
        if (stale) refuse(`${stale}: run \`npm run build\`.`);
        keepSecretsOutOfDebugMessages();
        // Pulumi takes a stack trace for every promise and maps each of its frames: a fifth of the program's time. The frame in
        // which an unexpected error was thrown is still told.
        Error.stackTraceLimit = 1;
        return await require(join(root, "dist", "index.js"))();
    } catch (error) {
        throw withOwnFrames(error);
    }
};

/** A RunError is printed as its sentence alone. @param {string} message */
function refuse(message) {
    let pulumi;
    try {
        pulumi = require("@pulumi/pulumi");
    } catch {
        process.stderr.write(`error: ${message}\n`);
        process.exit(1);
    }
    throw new pulumi.RunError(message);
}

/**
 * The SDK writes the engine's answers, secrets in clear, into debug messages; and those reach every listener of the engine's
 * events, `--debug` or not.
 */
function keepSecretsOutOfDebugMessages() {
    const log = require("@pulumi/pulumi/log");
    const { debug } = log;
    log.debug = (/** @type {string} */ message, /** @type {any[]} */ ...rest) =>
        debug(message.replace(/, resp: [\s\S]*$/, ""), ...rest);
}

/**
 * Pulumi formats the stack of every error in colour, even where it prints the message alone. The source maps of its own
 * frames name files right below `node_modules/@pulumi`, on which Node's formatter adds to a string until it cannot grow: a
 * minute and a gigabyte for each refusal.
 *
 * @param {unknown} error
 */
function withOwnFrames(error) {
    if (error instanceof Error && error.stack) {
        error.stack = error.stack
            .split("\n")
            .filter((line) => !/^\s+at .*[\\/]node_modules[\\/]@pulumi[\\/]/.test(line))
            .join("\n");
    }
    return error;
}
