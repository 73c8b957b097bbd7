// Tells one boot of the machine from the next.

import { readFileSync } from "node:fs";

export function readBootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}
