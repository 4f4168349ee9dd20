/** Run by the engine in the place of the official `pulumi-resource-eks`: components that register resources of `aws`. */
import { version } from "@pulumi/eks/package.json";
import { main } from "@pulumi/pulumi/provider";
import { construct } from "./construct";

// The SDK's server does not see that its engine has gone: killed, it would leave this behind for ever.
const engine = process.ppid;
setInterval(() => process.ppid !== engine && process.exit(0), 1000).unref();

void main({ version, construct }, process.argv.slice(2));
