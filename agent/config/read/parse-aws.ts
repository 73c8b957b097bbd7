// `aws` of the config: how Secrets Manager is asked. Pure.

import { parseDurationMs } from "../../duration.ts";
import type { AwsConfig } from "../config.ts";
import { AWS_KEYS } from "../keys/top-keys.ts";
import type { Field } from "../yaml/field.ts";

// A machine whose services wait longer than this for its credentials has been launched for nothing.
const LONGEST_JITTER_MS = 600_000;

export function parseAws(field: Field | undefined): AwsConfig {
  const keys = field?.known(AWS_KEYS);
  return {
    batch: keys?.get("batch")?.boolean() ?? AWS_KEYS.batch.default,
    startJitterMs: parseJitter(keys?.get("startJitter")),
  };
}

function parseJitter(field: Field | undefined): number {
  if (!field) return AWS_KEYS.startJitter.default;
  const jitterMs = parseDurationMs(field.spelling() ?? "");
  if (jitterMs !== null && jitterMs <= LONGEST_JITTER_MS) return jitterMs;
  field.refuse(`expected a duration up to 10m, found ${field.found()}`, "Write a number and a unit: 500ms, 5s.");
  return AWS_KEYS.startJitter.default;
}
