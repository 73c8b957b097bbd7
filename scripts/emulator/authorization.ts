// Verifies who calls and that the request was signed (Signature Version 4) with that key's secret. Never reads what is asked for.

import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { isAllowed, type Policy } from "./iam-policy.ts";
import type { Call } from "./reply.ts";
import type { AccessKey } from "./world.ts";

export type Verdict =
  | { readonly kind: "accepted"; readonly region: string; readonly mayCall: MayCall }
  | { readonly kind: "missing" | "unknown-key" | "expired" | "denied" | "bad-signature" | "stale" };

/** Whether the caller's role allows an action on a resource. */
export type MayCall = (action: string, resource: string, context?: Readonly<Record<string, string>>) => boolean;

interface Signed {
  readonly accessKeyId: string;
  readonly scope: readonly [date: string, region: string, service: string, terminator: string];
  readonly headers: readonly string[];
  readonly signature: string;
}

const HEADER =
  /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{8})\/([\w-]+)\/([\w-]+)\/(aws4_request),\s*SignedHeaders=([\w;-]+),\s*Signature=([0-9a-f]{64})$/;

/** By how much a caller's clock may differ (SigV4: "within five minutes"). */
const MOST_SKEW_MS = 300_000;

export function verifyCaller(call: Call, keys: readonly AccessKey[], nowMs: number): Verdict {
  const signed = parseHeader(call.headers.authorization);
  if (!signed) return { kind: "missing" };
  const key = keys.find((each) => each.accessKeyId === signed.accessKeyId);
  if (!key || (key.token !== null && key.token !== call.headers["x-amz-security-token"]))
    return { kind: "unknown-key" };
  if (key.secretAccessKey !== null && !isSignedWith(key.secretAccessKey, signed, call))
    return { kind: "bad-signature" };
  if (Math.abs(signedAtMs(call) - nowMs) > MOST_SKEW_MS) return { kind: "stale" };
  return key.state === "valid" ? accept(signed.scope[1], key.policy) : { kind: key.state };
}

function accept(region: string, policy: Policy | undefined): Verdict {
  const common = { "aws:RequestedRegion": region };
  return {
    kind: "accepted",
    region,
    mayCall: (action, resource, context) =>
      policy === undefined || isAllowed(policy, { action, resource, context: { ...common, ...context } }),
  };
}

function parseHeader(header: string | undefined): Signed | null {
  const parts = HEADER.exec(header ?? "");
  if (!parts) return null;
  const [, accessKeyId = "", date = "", region = "", service = "", terminator = "", names = "", signature = ""] = parts;
  return { accessKeyId, scope: [date, region, service, terminator], headers: names.split(";"), signature };
}

/** `20261125T100000Z` */
function signedAtMs({ headers }: Call): number {
  const basic = String(headers["x-amz-date"]);
  return Date.parse(basic.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, "$1-$2-$3:$4:$5"));
}

function isSignedWith(secretAccessKey: string, signed: Signed, call: Call): boolean {
  const canonical = [
    call.method,
    call.path,
    "",
    ...signed.headers.map(
      (name) =>
        `${name}:${String(call.headers[name] ?? "")
          .trim()
          .replace(/ +/g, " ")}`,
    ),
    "",
    signed.headers.join(";"),
    hash(call.body),
  ].join("\n");
  const toSign = ["AWS4-HMAC-SHA256", call.headers["x-amz-date"], signed.scope.join("/"), hash(canonical)].join("\n");
  const expected = seal(signed.scope.reduce<string | Buffer>(seal, `AWS4${secretAccessKey}`), toSign);
  return timingSafeEqual(expected, Buffer.from(signed.signature, "hex"));
}

function seal(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
