// Whose credentials sign the requests: the environment's where it has them, else the instance's role.

import { isAccessKeyPart } from "../names/access-key.ts";
import type { Environment } from "../process/environment.ts";
import { Refusal, type Problem } from "../refusal.ts";
import type { Credentials } from "./credentials.ts";

/** @param fetchFromRole asks IMDS; called only where the environment has none */
export async function fetchCredentials(
  environment: Environment,
  fetchFromRole: () => Promise<Credentials>,
): Promise<Credentials> {
  if (!hasAccessKey(environment)) return fetchFromRole();
  const [accessKeyId, secretAccessKey] = [readKey("AWS_ACCESS_KEY_ID"), readKey("AWS_SECRET_ACCESS_KEY")];
  if (accessKeyId === "" || secretAccessKey === "") {
    const what = "only one of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY is set";
    throw new Refusal("usage", { what, fix: "Set both, or neither to use the instance's role." });
  }
  const sessionToken = readKey("AWS_SESSION_TOKEN");
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}), origin: "environment" };

  function readKey(name: string): string {
    const value = environment[name] ?? "";
    if (value === "" || isAccessKeyPart(value)) return value;
    const fix = "Set it without blanks and line breaks, or unset it to use the instance's role.";
    throw new Refusal("usage", { what: `${name} has characters that no access key has`, fix });
  }
}

/** Whether a key of the environment's goes before the instance's role. */
export function hasAccessKey(environment: Environment): boolean {
  return Boolean(environment["AWS_ACCESS_KEY_ID"] || environment["AWS_SECRET_ACCESS_KEY"]);
}

/** For a machine that could have used its role. */
export const ACCESS_KEY_USED: Problem = {
  what: "parbake asks for secrets with the access key from the environment (AWS_ACCESS_KEY_ID), not with the role of the instance",
  fix: "Unset AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, here or in /etc/parbake/environment, to use the role.",
};
