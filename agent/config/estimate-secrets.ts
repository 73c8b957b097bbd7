// How much memory the secrets folder takes at most, where the config does not say. Pure.

import { KIB } from "../size.ts";
import type { Config } from "./config.ts";

/** The largest value that Secrets Manager holds. A file that is rendered from secrets is taken to be no larger. */
const MOST_FILE_BYTES = 64 * KIB;

/** A new file lies beside the old one until they are swapped. */
const GENERATIONS = 2;

export function estimateSecretsBytes({
  secrets,
  files,
  secretsFolder,
}: Pick<Config, "secrets" | "files" | "secretsFolder">): number {
  const keys = secrets.flatMap((secret) => secret.keys);
  const own = keys.flatMap((key) => [key.file, key.previous?.file ?? null]).filter((file) => file !== null);
  const rendered = files.filter(({ path }) => path.startsWith(`${secretsFolder.replace(/\/+$/, "")}/`));
  return (own.length + rendered.length) * MOST_FILE_BYTES * GENERATIONS;
}
