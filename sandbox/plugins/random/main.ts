/** Run by the engine in the place of the official `pulumi-resource-random`. */

import { version } from "@pulumi/random/package.json";
import { serve } from "../server";
import { RandomProvider } from "./provider";

void serve(() => new RandomProvider(version));
