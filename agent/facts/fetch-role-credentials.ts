// The credentials of the instance's role, waited for early in a boot. Never shows anything of a credential document.

import { isAccessKeyPart } from "../names/access-key.ts";
import { type Problem, Refusal } from "../refusal.ts";
import type { ImdsClient } from "./imds/imds-client.ts";
import { ownId } from "./imds/imds-problems.ts";
import { READS } from "./instance-reads.ts";

interface RoleCredentials {
  /** What it is called. */
  readonly role: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

const PATH = "iam/security-credentials/";

// IMDS has the role's name and credentials only some seconds after launch or after a profile is attached, so their absence
// is waited out for as long as the run may last.
export async function fetchRoleCredentials(client: ImdsClient): Promise<RoleCredentials> {
  const role = await client.waitFor(PATH, readRole, noProfile);
  let code: string | null = null;
  const take = (text: string): RoleCredentials | null => {
    const document = parseDocument(text);
    code = document["Code"] === "Success" ? null : plainWord(document["Code"]);
    return code === null ? { role, ...readDocument(document) } : null;
  };
  return client.waitFor(PATH + role, take, () => noCredentials(role, code));
}

function readRole(text: string): string | null {
  if (text.trim() === "") return null;
  const { value, problem } = READS.roleName.read(PATH, text);
  if (problem) throw new Refusal("unavailable", problem);
  return String(value);
}

function parseDocument(text: string): Record<string, unknown> {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw badDocument("is not JSON");
  }
  if (typeof document !== "object" || document === null) throw badDocument("is not a JSON object");
  return Object.fromEntries(Object.entries(document));
}

function readDocument(document: Record<string, unknown>): Omit<RoleCredentials, "role"> {
  const accessKeyId = field(document, "AccessKeyId");
  const secretAccessKey = field(document, "SecretAccessKey");
  const sessionToken = field(document, "Token");
  const expiration = new Date(field(document, "Expiration"));
  if (Number.isNaN(expiration.getTime())) throw badDocument("has an Expiration that is not a date");
  // No check against our clock: early in a boot it may be years off.
  return { accessKeyId, secretAccessKey, sessionToken, expiration };
}

function field(document: Record<string, unknown>, name: string): string {
  const value = document[name];
  if (typeof value === "string" && isAccessKeyPart(value)) return value;
  throw badDocument(`has no ${name}`);
}

function badDocument(problem: string): Refusal {
  return new Refusal("unavailable", {
    what: `the credential document that IMDS serves ${problem}`,
    fix: "Check that the endpoint is IMDS and that no proxy is in front of it.",
  });
}

function noProfile(): Problem {
  return {
    what: "this instance has no role: IMDS lists none below iam/security-credentials/",
    fix: `Attach an instance profile (aws ec2 associate-iam-instance-profile --instance-id ${ownId()} --iam-instance-profile Name=PROFILE), or take the secrets out of the config.`,
  };
}

function noCredentials(role: string, code: string | null): Problem {
  const found = code === null ? "nothing (404)" : `the code ${code}`;
  return {
    what: `IMDS has no credentials for the role ${role}: it gives ${found}`,
    fix: `Check that the role still exists and that its trust policy names ec2.amazonaws.com: aws iam get-role --role-name ${role} --query Role.AssumeRolePolicyDocument.`,
  };
}

function plainWord(code: unknown): string {
  return typeof code === "string" && /^[A-Za-z]{1,60}$/.test(code) ? code : "(none)";
}
