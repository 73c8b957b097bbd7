// Which secrets the plan's files need: a declared secret that nothing uses is never asked for. Pure.

import type { Plan, SecretStep } from "../../plan/plan.ts";

export function neededSecrets({ steps }: Plan): SecretStep[] {
  const parts = steps.flatMap((step) => (step.kind === "file" ? step.content : []));
  const printed = new Set(parts.map((part) => (typeof part === "string" ? null : part.reference.secret)));
  const secrets = steps.filter((step) => step.kind === "secret");
  return secrets.filter(({ name, keys }) => printed.has(name) || keys.some(({ path }) => path !== null));
}
