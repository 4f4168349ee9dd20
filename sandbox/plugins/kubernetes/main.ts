/** Run by the engine in the place of the official `pulumi-resource-kubernetes`. */

import { version } from "@pulumi/kubernetes/package.json";
import { serve } from "../server";
import { KubernetesProvider } from "./provider";

void serve((engine) => new KubernetesProvider(version, engine));
