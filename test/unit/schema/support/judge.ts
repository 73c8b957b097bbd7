// The two judges of a config: parbake itself, and ajv with the schema that parbake prints.

import { Ajv } from "ajv";
import { parse } from "yaml";
import { parseConfig } from "../../../../agent/config/read/parse-config.ts";
import { formatSchema } from "../../../../agent/schema/config-schema.ts";
import { resolveApp } from "../../../../agent/tuning/resolve-app.ts";
import { readSealProblems } from "./read-seal.ts";

const validate = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true }).compile(
  JSON.parse(formatSchema()) as object,
);

/** What parbake finds wrong; `seal` and the profiles' options included. */
export function problemsOf(text: string): readonly string[] {
  const parsed = parseConfig([{ file: "parbake.yaml", text }]);
  if (parsed.kind === "problems") return parsed.problems.map(({ what }) => what);
  const apps = parsed.config.apps.map(resolveApp);
  const refused = apps.flatMap((app) => (app.kind === "refused" ? app.problems : []));
  return [...refused, ...readSealProblems(text)].map(({ what }) => what);
}

/** What the schema finds wrong, each at its place. */
export function objectionsOf(text: string): readonly string[] {
  validate(parse(text));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
