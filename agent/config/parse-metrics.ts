// `metrics` of the config: where each run leaves its Prometheus textfile. Pure.

import type { FileConfig } from "./config.ts";
import type { Field } from "./field.ts";
import { parseAbsolutePath } from "./parse-file.ts";

/** @param files what else is written */
export function parseMetrics(field: Field | undefined, files: readonly FileConfig[]): string | null {
  const path = parseAbsolutePath(field);
  if (!field || path === undefined) return null;
  if (!path.endsWith(".prom"))
    field.refuse(`'${path}' is no name that node_exporter's textfile collector reads`, "Let it end in .prom.");
  const clash = files.find((file) => file.path === path);
  if (clash) field.refuse(`${path} is a file of \`files\`, too`, "Give one of them another path.");
  return path;
}
