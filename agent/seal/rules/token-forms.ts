// What tokens carry to be recognised by: checksums, headers. And what stands in a secret's place where there is none. Pure.

import { crc32 } from "node:zlib";

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const CHECKSUM_LENGTH = 6;

/** Of GitHub's and npm's tokens the last six characters are the CRC-32 of those after the prefix, to the base of 62. */
export function hasChecksum(token: string): boolean {
  const body = token.slice(token.indexOf("_") + 1, -CHECKSUM_LENGTH);
  let rest = crc32(body);
  let checksum = "";
  for (let digit = 0; digit < CHECKSUM_LENGTH; digit++) {
    checksum = BASE62[rest % 62]! + checksum;
    rest = Math.floor(rest / 62);
  }
  return token.endsWith(checksum);
}

/** RFC 7515: the header is an object that names an algorithm. */
export function isJwt(token: string): boolean {
  const [header = ""] = token.split(".");
  try {
    const parsed: unknown = JSON.parse(Buffer.from(header, "base64url").toString("utf8"));
    return typeof parsed === "object" && parsed !== null && "alg" in parsed;
  } catch {
    return false;
  }
}

const PLACEHOLDER =
  /^(?:[$%@<{[(].*|.*(?:example|placeholder|\.\.\.).*|your[-_ ].*|x+|\*+|-+|_+|true|false|yes|no|on|off|none|null|nil|undefined|password|passwd|secret|token|optional|required|sufficient|\/.*|(?:file|env|vault|arn|ssm):.*)$/i;

/** What a person writes where the value comes from elsewhere: `${DB_PASSWORD}`, `<token>`, a path. */
export function isPlaceholder(value: string): boolean {
  return PLACEHOLDER.test(value);
}
