// Fetches at once all secrets that the plan's files need, and forgets them when they are written. A declared secret that
// nothing uses is never asked for.

import type { FetchedSecret } from "../aws/fetched-secret.ts";
import type { Plan, SecretStep } from "../plan/plan.ts";
import type { FetchedSecrets } from "./encode-content.ts";
import { allGathering } from "./gather-refusals.ts";

export function neededSecrets({ steps }: Plan): SecretStep[] {
  const parts = steps.flatMap((step) => (step.kind === "file" ? step.content : []));
  const printed = new Set(parts.map((part) => (typeof part === "string" ? null : part.reference.secret)));
  const secrets = steps.filter((step) => step.kind === "secret");
  return secrets.filter(({ name, keys }) => printed.has(name) || keys.some(({ path }) => path !== null));
}

export async function fetchSecrets(
  plan: Plan,
  fetchSecret: (step: SecretStep) => Promise<FetchedSecret>,
): Promise<FetchedSecrets> {
  const fetched = new Map<string, FetchedSecret>();
  const work = neededSecrets(plan).map(async (step) => void fetched.set(step.name, await fetchSecret(step)));
  try {
    await allGathering(work);
  } catch (error) {
    eraseSecrets(fetched);
    throw error;
  }
  return fetched;
}

export function eraseSecrets(secrets: FetchedSecrets): void {
  for (const { values } of secrets.values()) for (const value of values.values()) value.erase();
}
