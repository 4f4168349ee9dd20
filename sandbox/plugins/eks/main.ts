/** Run by the engine in the place of the official `pulumi-resource-eks`: components that register resources of `aws`. */
import { version } from "@pulumi/eks/package.json";
import { main } from "@pulumi/pulumi/provider";
import { construct } from "./construct";

void main({ version, construct }, process.argv.slice(2));
