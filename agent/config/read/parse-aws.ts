// `aws` of the config: how Secrets Manager is asked. Pure.

import { parseDurationMs } from "../../duration.ts";
import type { AwsConfig } from "../config.ts";
import type { Field } from "../yaml/field.ts";

// A machine whose services wait longer than this for its credentials has been launched for nothing.
const LONGEST_JITTER_MS = 600_000;

export function parseAws(field: Field | undefined): AwsConfig {
  const keys = field?.known(["batch", "startJitter"]);
  return { batch: keys?.get("batch")?.boolean() ?? false, startJitterMs: parseJitter(keys?.get("startJitter")) };
}

function parseJitter(field: Field | undefined): number {
  if (!field) return 0;
  const jitterMs = parseDurationMs(field.spelling() ?? "");
  if (jitterMs !== null && jitterMs <= LONGEST_JITTER_MS) return jitterMs;
  field.refuse(`expected a duration up to 10m, found ${field.found()}`, "Write a number and a unit: 500ms, 5s.");
  return 0;
}
