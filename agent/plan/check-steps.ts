// What a plan that was saved must be beyond its fields: its steps go together, and none lands on parbake's own places. Pure.

import { isHandOff } from "../config/hand-off-path.ts";
import type { JsonValue } from "../formats/json-value.ts";
import { ownerOf } from "../names/own-places.ts";
import type { Plan } from "./plan.ts";

/** @param json the steps, for the problems */
export function checkSteps(plan: Plan, json: JsonValue): void {
  checkReferences(plan, json);
  checkPaths(plan, json);
}

/** Every secret that a file prints must be one that the plan fetches. */
function checkReferences({ steps }: Plan, json: JsonValue): void {
  const keys = steps.flatMap((step) =>
    step.kind === "secret" ? step.keys.map(({ key }) => JSON.stringify([step.name, key])) : [],
  );
  for (const step of steps) {
    for (const part of step.kind === "file" ? step.content : []) {
      if (typeof part === "string" || keys.includes(JSON.stringify([part.reference.secret, part.reference.key])))
        continue;
      json.refuseFor(
        `${json.place}: ${step.kind === "file" ? step.path : ""} prints a secret that the plan does not fetch`,
      );
    }
  }
}

function checkPaths({ steps, secretsFolder }: Plan, json: JsonValue): void {
  const paths = steps.flatMap((step) => (step.kind === "secret" ? step.keys.map(({ path }) => path) : [step.path]));
  const seen = new Set<string>();
  for (const path of paths) {
    if (path === null || path === "") continue;
    if (seen.has(path)) json.refuseFor(`${json.place}: ${path} is written twice`);
    const owner = isHandOff(path) ? null : ownerOf(path, { secretsFolder, config: [] });
    if (owner !== null) json.refuseFor(`${json.place}: ${path} is ${owner}`);
    seen.add(path);
  }
}
