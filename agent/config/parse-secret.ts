// `secrets.<name>` of the config. Pure; a value never passes through here.

import type { SecretConfig, SecretKeyConfig } from "./config.ts";
import type { Field } from "./field.ts";
import { checkName } from "./parse-app.ts";
import { checkRelativePath, parseOwner } from "./parse-file.ts";

const REGION = /^[a-z]{2,}(-[a-z]+)+-\d+$/;

export function parseSecret(name: string, field: Field): SecretConfig | undefined {
  const keys = field.known(["id", "region", "keys"]);
  checkName(name, field);
  for (const key of ["id", "keys"]) {
    if (!keys.has(key))
      field.refuse(`has no ${key}`, key === "id" ? "Give the secret's name or ARN." : "List the JSON keys wanted.");
  }
  const id = keys.get("id")?.text();
  const declared = [...(keys.get("keys")?.entries() ?? [])].map(([key, keyField]) => parseKey(key, keyField));
  const region = parseRegion(keys.get("region"));
  if (id === undefined) return undefined;
  return { name, id, region, keys: declared, at: field.at };
}

function parseKey(key: string, field: Field): SecretKeyConfig {
  const keys = field.known(["file", "owner", "group", "mode"]);
  const file = keys.get("file")?.text() ?? null;
  if (file !== null) checkRelativePath(file, keys.get("file")!);
  const common = parseOwner(keys, 0o400);
  if ((common.mode & 0o007) !== 0) {
    keys
      .get("mode")!
      .refuse("lets every user read the secret", 'Leave the last digit 0: "0400", or "0440" with a group.');
  }
  return { key, file, ...common, at: field.at };
}

function parseRegion(field: Field | undefined): string | null {
  const region = field?.text();
  if (region === undefined) return null;
  if (!REGION.test(region)) field!.refuse(`'${region}' is no region`, "Write it as AWS does: eu-west-1.");
  return region;
}
