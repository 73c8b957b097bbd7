// A boot at which nothing is missing: IMDS answers, and AWS has the secrets.

import { createSecret, startImds, startSecretsManager } from "./cloud.ts";
import { bootMachine, type Machine } from "./machine.ts";
import type { Site } from "./site.ts";

/** @param secrets by their names */
export async function bootWithSecrets(
  { namespace, tools, folder, root }: Site,
  secrets: Readonly<Record<string, string>>,
): Promise<Machine> {
  await startImds(namespace, tools, folder);
  await startSecretsManager(namespace, tools);
  for (const [name, value] of Object.entries(secrets)) await createSecret(namespace, name, value);
  return bootMachine(root, namespace);
}
