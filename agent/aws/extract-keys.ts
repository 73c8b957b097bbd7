// Takes the declared keys out of a secret's answer. Pure. No parser's message leaves this file: V8 quotes what it could not parse.

import type { SecretStep } from "../plan/plan.ts";
import { Refusal, type Problem } from "../refusal.ts";
import { SecretValue } from "./secret-value.ts";

/** The key that stands for the whole value: the string as it is, or the bytes of a binary secret. */
export const WHOLE = ".";

export interface SecretAnswer {
  readonly SecretString?: string | undefined;
  readonly SecretBinary?: Uint8Array | undefined;
}

/**
 * Strings as they are; numbers and booleans as JSON writes them; objects and lists as compact JSON.
 * @throws Refusal `data` that names each key that is missing, never a value
 */
export function extractKeys(step: SecretStep, answer: SecretAnswer): ReadonlyMap<string, SecretValue> {
  const values = new Map<string, SecretValue>();
  const problems: Problem[] = [];
  const json = step.keys.some(({ key }) => key !== WHOLE) ? parseObject(step, answer, problems) : {};
  for (const { key } of step.keys) {
    const bytes = key === WHOLE ? wholeBytes(answer) : keyBytes(step, key, json, problems);
    if (bytes) values.set(key, new SecretValue(`${step.id}#${key}`, bytes));
  }
  if (problems.length > 0) throw new Refusal("data", problems);
  return values;
}

function wholeBytes({ SecretString, SecretBinary }: SecretAnswer): Buffer {
  return SecretString === undefined ? Buffer.from(SecretBinary ?? []) : Buffer.from(SecretString, "utf8");
}

function parseObject(
  step: SecretStep,
  { SecretString }: SecretAnswer,
  problems: Problem[],
): Readonly<Record<string, unknown>> | null {
  const name = `secret ${step.name} (${step.id})`;
  const fix = `Store a JSON object in it, or declare the key "${WHOLE}" for the whole value.`;
  if (SecretString === undefined) {
    problems.push({ what: `${name} is binary, so it has no keys`, fix });
    return null;
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(SecretString);
  } catch {
    problems.push({ what: `${name} is not JSON, so it has no keys`, fix });
    return null;
  }
  if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return parsed as Record<string, unknown>;
  problems.push({ what: `${name} is JSON but not an object, so it has no keys`, fix });
  return null;
}

function keyBytes(
  step: SecretStep,
  key: string,
  json: Readonly<Record<string, unknown>> | null,
  problems: Problem[],
): Buffer | null {
  if (json === null) return null;
  const value = Object.hasOwn(json, key) ? json[key] : undefined;
  if (value !== undefined && value !== null)
    return Buffer.from(typeof value === "string" ? value : JSON.stringify(value), "utf8");
  const found = value === null ? `has null for the key '${key}'` : `has no key '${key}'`;
  problems.push({
    what: `secret ${step.name} (${step.id}) ${found}`,
    fix: "Add it to the secret, or mend the key in the config.",
  });
  return null;
}
