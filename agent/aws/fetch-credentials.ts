// Whose credentials sign the requests: the environment's where it has them, else the instance's role.

import { Refusal } from "../refusal.ts";
import type { Environment } from "./endpoints.ts";
import type { Credentials } from "./secrets-manager.ts";

/** @param fetchFromRole asks IMDS; called only where the environment has none */
export async function fetchCredentials(
  environment: Environment,
  fetchFromRole: () => Promise<Credentials>,
): Promise<Credentials> {
  const accessKeyId = environment["AWS_ACCESS_KEY_ID"] ?? "";
  const secretAccessKey = environment["AWS_SECRET_ACCESS_KEY"] ?? "";
  if (accessKeyId === "" && secretAccessKey === "") return fetchFromRole();
  if (accessKeyId === "" || secretAccessKey === "") {
    const what = "only one of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY is set";
    throw new Refusal("usage", { what, fix: "Set both, or neither to use the instance's role." });
  }
  const sessionToken = environment["AWS_SESSION_TOKEN"];
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}
