/** What the documents of this folder are made of. */
import type { EksPlan } from "../../config/aws/eks-plan";
import { document, type PolicyDocument, type Statement } from "../cluster/eks/policies";

export { document, type PolicyDocument, type Statement };

export type Place = Pick<EksPlan, "partition" | "region" | "account">;

/** Who may take a role: a service of AWS. */
export function trust(service: string, condition?: Statement["Condition"]): PolicyDocument {
    return document({
        Sid: "Service",
        Effect: "Allow",
        Principal: { Service: service },
        Action: ["sts:AssumeRole"],
        ...(condition === undefined ? {} : { Condition: condition }),
    });
}
