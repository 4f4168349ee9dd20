/** Writes policies.yaml anew, after a change of rights that is meant. */
import { writeFileSync } from "node:fs";
import { policiesFile, policiesText, tellPolicies } from "./policies";

void tellPolicies().then((told) => {
    writeFileSync(policiesFile, policiesText(told));
});
