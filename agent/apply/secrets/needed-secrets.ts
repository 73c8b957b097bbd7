// Which secrets the plan's files need: a declared secret that nothing uses is never asked for. And how their values are
// forgotten when they are written.

import type { Plan, SecretStep } from "../../plan/plan.ts";
import type { FetchedSecrets } from "../../aws/fetched-secret.ts";

export function neededSecrets({ steps }: Plan): SecretStep[] {
  const parts = steps.flatMap((step) => (step.kind === "file" ? step.content : []));
  const printed = new Set(parts.map((part) => (typeof part === "string" ? null : part.reference.secret)));
  const secrets = steps.filter((step) => step.kind === "secret");
  return secrets.filter(({ name, keys }) => printed.has(name) || keys.some(({ path }) => path !== null));
}

export function eraseSecrets(secrets: FetchedSecrets): void {
  for (const { values } of secrets.values()) for (const value of values.values()) value.erase();
}
