// How parbake's documents name bytes that hold no secret. Pure.

import { hash } from "node:crypto";

/** SHA-256 in hexadecimal. */
export function digestOf(bytes: Buffer): string {
  return hash("sha256", bytes, "hex");
}

export function isDigest(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}
