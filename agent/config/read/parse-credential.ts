// `units` and `credential` of a secret's key: what systemd hands over to services. Pure.

import { isCredentialName } from "../../names/credential-name.ts";
import { adviseUnit, isService, isUnitName } from "../../names/unit-name.ts";
import type { Credential, SecretFile } from "../config.ts";
import type { Field } from "../yaml/field.ts";

/** The key that stands for the whole value. */
const WHOLE = ".";

/** Undefined where the key says nothing of it. */
export function parseCredential(
  secret: string,
  key: string,
  keys: ReadonlyMap<string, Field>,
  { file }: SecretFile,
): Credential | undefined {
  const field = keys.get("credential") ?? keys.get("units");
  if (field === undefined) return undefined;
  if (file === null)
    field.refuse("there is no file that systemd could hand over", "Give the key a file: `file: db/password`.");
  const given = keys.get("credential")?.text();
  const name = given ?? (key === WHOLE ? secret : `${secret}.${key}`);
  if (!isCredentialName(name)) {
    const fix = "Give it one of letters, digits, dots, hyphens and underscores: `credential: db-password`.";
    field.refuse(`'${name.slice(0, 80)}' is not a name for a credential`, fix);
  }
  return { name, units: parseUnits(keys.get("units")) };
}

function parseUnits(field: Field | undefined): string[] {
  const units = new Set<string>();
  for (const item of field?.items() ?? []) {
    const unit = item.text();
    if (unit === undefined) continue;
    if (!isService(unit)) item.refuse(`'${unit.slice(0, 80)}' is not a service`, adviseService(unit));
    else if (units.has(unit)) item.refuse(`${unit} is named twice`, "Name it once.");
    else units.add(unit);
  }
  return [...units];
}

function adviseService(unit: string): string {
  return isUnitName(unit) ? "Only services get credentials: name one, such as api.service." : adviseUnit(unit);
}
