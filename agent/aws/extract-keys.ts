// Takes the declared keys out of a secret's answer. Pure. No parser's message leaves this file: V8 quotes what it could not
// parse.

import type { NewlinePolicy } from "../config/config.ts";
import type { SecretKey, SecretStep } from "../plan/plan.ts";
import { secretLabel } from "../plan/secret-label.ts";
import { declaredAt, Refusal, type Declared, type Problem } from "../refusal.ts";
import { decodeUtf8, MARK, withoutMark } from "../utf8.ts";
import { isObject, parseExact, writeExact } from "./parse-exact.ts";
import { SecretValue } from "./secret-value.ts";

/** The key that stands for the whole value: the string as it is, or the bytes of a binary secret. */
export const WHOLE = ".";

export interface SecretAnswer {
  readonly SecretString?: string | undefined;
  readonly SecretBinary?: Uint8Array | undefined;
}

/**
 * A key is the name of a member, letter for letter: no character in it means anything. Text as it is; numbers as they are
 * written in the secret; true and false; objects and lists as compact JSON.
 * @throws Refusal `data` that names each key that is missing, never a value
 */
export function extractKeys(step: SecretStep, answer: SecretAnswer): ReadonlyMap<string, SecretValue> {
  const label = secretLabel(step);
  const values = new Map<string, SecretValue>();
  const flaws: Flaw[] = [];
  let parsed: Parsed | null = null;
  for (const wanted of step.keys) {
    const found = wanted.key === WHOLE ? wholeBytes(answer) : findBytes(wanted, (parsed ??= parse(answer)));
    if (found.kind === "bytes")
      values.set(wanted.key, new SecretValue(`${label}#${wanted.key}`, endLines(found.bytes, wanted.newline)));
    else flaws.push({ ...adviseManaged(step, found), ...declaredAt(wanted.at) });
  }
  if (flaws.length === 0) return values;
  for (const value of values.values()) value.erase();
  throw new Refusal("data", problemsOf(`secret ${step.name} (${label})`, flaws), { isRetryable: true });
}

/** A flaw of the whole value is told once, not for each key. */
function problemsOf(subject: string, flaws: readonly Flaw[]): Problem[] {
  const byText = new Map(
    flaws.toReversed().map(({ why, fix, at }) => [why, { what: `${subject} ${why}`, fix, ...declaredAt(at) }]),
  );
  return [...byText.values()].toReversed();
}

interface Flaw extends Declared {
  readonly kind: "flaw";
  /** After the secret's name. */
  readonly why: string;
  readonly fix: string;
}

const NO_KEYS = `Store a JSON object in it, or declare the key "${WHOLE}" for the whole value.`;
const NO_VALUE = "Add it to the secret, or correct the key in the config.";
/** Of a secret that AWS made, as the `!` in its name tells, and writes anew with each rotation. */
const NOT_IN_MANAGED =
  "AWS writes this secret itself, as a rule with username and password alone: put what else you need into vars, or correct the key in the config.";

function adviseManaged({ id }: SecretStep, flaw: Flaw): Flaw {
  return flaw.fix === NO_VALUE && id.includes("!") ? { ...flaw, fix: NOT_IN_MANAGED } : flaw;
}

type Found = { readonly kind: "bytes"; readonly bytes: Buffer } | Flaw;
type Parsed = { readonly kind: "json"; readonly json: unknown } | Flaw;

function flawed(why: string, fix: string): Flaw {
  return { kind: "flaw", why, fix };
}

function wholeBytes({ SecretString, SecretBinary }: SecretAnswer): Found {
  const bytes = SecretString === undefined ? Buffer.from(SecretBinary ?? []) : Buffer.from(SecretString, "utf8");
  return { kind: "bytes", bytes };
}

function parse(answer: SecretAnswer): Parsed {
  const read = readText(answer);
  if (typeof read !== "string") return read;
  try {
    // RFC 8259 lets a reader of JSON pass over the mark, which is no part of any value.
    return { kind: "json", json: parseExact(withoutMark(read)) };
  } catch (error) {
    // The reader calls itself for each value in a value, as deep as the stack is.
    if (error instanceof RangeError) return flawed("is JSON that nests too deep to be read", "Make it flatter.");
    if (!(error instanceof SyntaxError)) throw error;
    const kind = typeof answer.SecretString === "string" ? "" : "binary and ";
    return flawed(`is ${kind}not JSON, so it has no keys`, NO_KEYS);
  }
}

/** Whether the keys were read without the mark that the value begins with: other readers of it may choke. */
export function hasMark({ SecretString, SecretBinary }: SecretAnswer): boolean {
  if (typeof SecretString === "string") return SecretString.startsWith(MARK);
  return SecretBinary instanceof Uint8Array && Buffer.from(MARK).equals(SecretBinary.subarray(0, 3));
}

/** Something other than Secrets Manager may have answered, with a value that is neither text nor bytes. */
function readText({ SecretString, SecretBinary: bytes }: SecretAnswer): string | Flaw {
  if (typeof SecretString === "string") return SecretString;
  if (!(bytes instanceof Uint8Array)) return flawed("is not JSON, so it has no keys", NO_KEYS);
  if (isUtf16(bytes)) return flawed("is UTF-16, so it has no keys", "Store it as UTF-8.");
  return decodeUtf8(bytes) ?? flawed("is binary and not UTF-8 text, so it has no keys", NO_KEYS);
}

/** By its mark, or by the NUL beside the first character, which no JSON has. */
function isUtf16([first, second]: Uint8Array): boolean {
  const hasItsMark = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return hasItsMark || first === 0 || second === 0;
}

function findBytes({ key, pointer }: SecretKey, parsed: Parsed): Found {
  if (parsed.kind === "flaw") return parsed;
  const { json } = parsed;
  // A pointer may go into a list.
  if (!isObject(json) && !(pointer !== undefined && Array.isArray(json)))
    return flawed("is JSON but not an object, so it has no keys", NO_KEYS);
  const value = pointer === undefined ? member(json, key) : follow(json, pointer);
  const asked = pointer === undefined ? `key '${key}'` : `value at ${pointer}`;
  if (value === undefined) return flawed(`has no ${asked}`, NO_VALUE);
  if (value === null) return flawed(`has null for the ${asked}`, NO_VALUE);
  const text = writeExact(value);
  if (text.isWellFormed()) return { kind: "bytes", bytes: Buffer.from(text, "utf8") };
  return flawed(`has half of a surrogate pair, which is not text, in the ${asked}`, "Store text or a binary secret.");
}

/** RFC 6901. */
function follow(json: unknown, pointer: string): unknown {
  const segments = pointer.split("/").slice(1);
  return segments
    .map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce((value: unknown, name) => member(value, name), json);
}

function member(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return /^(?:0|[1-9]\d*)$/.test(name) ? value[Number(name)] : undefined;
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

function endLines(bytes: Buffer, policy: NewlinePolicy | undefined): Buffer {
  switch (policy) {
    case undefined:
      return bytes;
    case "ensure":
      return bytes.at(-1) === LINE_FEED ? bytes : replace(bytes, Buffer.concat([bytes, Buffer.of(LINE_FEED)]));
    case "strip":
      return replace(bytes, Buffer.from(bytes.subarray(0, lengthWithoutNewlines(bytes))));
  }
}

function lengthWithoutNewlines(bytes: Buffer): number {
  let length = bytes.length;
  while (length > 0 && bytes[length - 1] === LINE_FEED) length -= bytes[length - 2] === CARRIAGE_RETURN ? 2 : 1;
  return Math.max(0, length);
}

function replace(old: Buffer, by: Buffer): Buffer {
  old.fill(0);
  return by;
}
