// `metrics` of the config: where each run leaves its Prometheus textfile. Pure.

import { ownerOfMetrics, type OwnPlaces } from "../../names/own-places.ts";
import type { FileConfig } from "../config.ts";
import type { Field } from "../yaml/field.ts";
import { parseAbsolutePath } from "./parse-file.ts";

/** @param files what else is written */
export function parseMetrics(field: Field | undefined, files: readonly FileConfig[], places: OwnPlaces): string | null {
  const path = parseAbsolutePath(field);
  if (!field || path === undefined) return null;
  if (!path.endsWith(".prom"))
    field.refuse(`'${path}' is not a name that node_exporter's textfile collector reads`, "Let it end in .prom.");
  const clash = files.find((file) => file.path === path);
  if (clash) field.refuse(`${path} is a file of \`files\`, too`, "Give one of them another path.");
  const owner = ownerOfMetrics(path, places);
  if (owner !== null) field.refuse(`${path} is ${owner}`, "Give the metrics another path.");
  return path;
}
