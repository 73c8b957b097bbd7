// `files[]` of the config, and the owner and mode that secrets have too. Pure.

import type { FileConfig, FileOwner, OnChange } from "./config.ts";
import type { Field } from "./field.ts";

const UNIT = /^[A-Za-z0-9:_.@\\-]+\.(service|socket|target|timer|path|mount|slice|scope)$/;

export function parseFile(field: Field): FileConfig | undefined {
  const keys = field.known(["template", "path", "owner", "group", "mode", "validate", "onChange"]);
  for (const key of ["template", "path"]) if (!keys.has(key)) field.refuse(`has no ${key}`, `Add \`${key}:\`.`);
  const template = keys.get("template")?.text();
  const path = parseAbsolutePath(keys.get("path"));
  const common = parseOwner(keys, 0o644);
  const validate = parseArguments(keys.get("validate"));
  const onChange = parseOnChange(keys.get("onChange"));
  if (template === undefined || path === undefined) return undefined;
  checkRelativePath(template, keys.get("template")!);
  return { template, path, ...common, validate, onChange, at: field.at };
}

export function parseOwner(keys: ReadonlyMap<string, Field>, defaultMode: number): FileOwner {
  return {
    owner: parseAccount(keys.get("owner")) ?? "root",
    group: parseAccount(keys.get("group")) ?? null,
    mode: parseMode(keys.get("mode")) ?? defaultMode,
  };
}

function parseAccount(field: Field | undefined): string | undefined {
  const value = field?.scalar();
  if (typeof value === "number" && Number.isInteger(value) && value >= 0) return String(value);
  return field?.text();
}

function parseMode(field: Field | undefined): number | undefined {
  if (!field) return undefined;
  const value = field.scalar();
  if (typeof value === "string" && /^[0-7]{3,4}$/.test(value)) return Number.parseInt(value, 8);
  // YAML 1.2 reads 0644 as six hundred and forty-four, and 1.1 as octal: only quotes are clear.
  const fix =
    typeof value === "number"
      ? `Put it in quotes: "0${value}".`
      : 'Write three or four octal digits in quotes: "0644".';
  field.refuse(`expected a file mode, found ${field.found()}`, fix);
  return undefined;
}

function parseAbsolutePath(field: Field | undefined): string | undefined {
  const path = field?.text();
  if (path === undefined) return undefined;
  const isPlain = path.startsWith("/") && path.length > 1 && path.slice(1).split("/").every(isPlainSegment);
  if (isPlain) return path;
  field!.refuse(`'${path}' is no absolute path to a file`, "Start it with / and leave out //, . and ..");
  return undefined;
}

/** A path below a folder of ours: it must not climb out of it. */
export function checkRelativePath(path: string, field: Field): void {
  if (path.split("/").every(isPlainSegment)) return;
  field.refuse(
    `'${path}' does not stay inside its folder`,
    "Give a plain relative path, without .., . or a leading /.",
  );
}

function isPlainSegment(segment: string): boolean {
  return segment !== "" && segment !== "." && segment !== "..";
}

function parseArguments(field: Field | undefined): readonly string[] | null {
  if (!field || field.isEmpty) return null;
  const words = field.items().map((item) => item.text());
  if (words.some((word) => word === undefined) || words.length === 0) return null;
  return words as string[];
}

function parseOnChange(field: Field | undefined): readonly OnChange[] {
  const actions: OnChange[] = [];
  for (const [key, value] of field?.known(["reload", "restart"]) ?? []) {
    if (key !== "reload" && key !== "restart") continue;
    for (const item of value.isList ? value.items() : [value]) {
      const unit = item.text();
      if (unit === undefined) continue;
      if (UNIT.test(unit)) actions.push({ action: key, unit });
      else item.refuse(`'${unit}' is no unit name`, "Give it with its suffix: nginx.service.");
    }
  }
  return actions;
}
