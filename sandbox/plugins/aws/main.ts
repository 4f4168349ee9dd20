/** Run by the engine in the place of the official `pulumi-resource-aws`. */

import { version } from "@pulumi/aws/package.json";
import { serve } from "../server";
import { AwsProvider } from "./provider";

void serve(() => new AwsProvider(version));
