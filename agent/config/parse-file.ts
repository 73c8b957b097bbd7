// `files[]` of the config, and the owner and mode that secrets have too. Pure.

import { TEMPLATE_FORMATS } from "../plan/template-format.ts";
import type { Position } from "../refusal.ts";
import type { FileConfig, FileOwner, OnChange, OnDrift } from "./config.ts";
import type { Field } from "./field.ts";

const UNIT = /^[A-Za-z0-9:_.@\\-]+\.(service|socket|target|timer|path|mount|slice|scope)$/;

/** The keys of a `files:` entry besides `template`, and those of a template's front matter. */
export const FILE_KEYS = [
  "path",
  "owner",
  "group",
  "mode",
  "format",
  "validate",
  "onChange",
  "healthCheck",
  "onDrift",
] as const;

type Settings = Omit<FileConfig, "template" | "at">;

/** What an entry or a front matter says itself; undefined where it says nothing. */
export type FileSettings = { readonly [Key in keyof Settings]: Settings[Key] | undefined };

const DEFAULTS: Omit<Settings, "path"> = {
  owner: "root",
  group: null,
  mode: 0o644,
  format: null,
  validate: null,
  onChange: [],
  healthCheck: null,
  onDrift: "overwrite",
};

/** @param frontMatterOf what the template says of itself: the entry's own keys come first */
export function parseFile(
  field: Field,
  frontMatterOf: (template: string) => Partial<FileSettings> | undefined,
): FileConfig | undefined {
  const keys = field.known(["template", ...FILE_KEYS]);
  if (!keys.has("template")) field.refuse("has no template", "Add `template:`.");
  const template = keys.get("template")?.text();
  const frontMatter = (template === undefined ? undefined : frontMatterOf(template)) ?? {};
  if (!keys.has("path") && frontMatter.path === undefined)
    field.refuse("has no path", "Add `path:`, here or in the template's front matter.");
  const settings = { ...given(frontMatter), ...given(parseFileSettings(keys)) };
  if (template === undefined || settings.path === undefined) return undefined;
  checkRelativePath(template, keys.get("template")!);
  return completeFile(template, { ...settings, path: settings.path }, field.at);
}

export function completeFile(
  template: string,
  settings: Partial<Settings> & Pick<Settings, "path">,
  at: Position,
): FileConfig {
  return { ...DEFAULTS, ...settings, template, at };
}

export function parseFileSettings(keys: ReadonlyMap<string, Field>): FileSettings {
  return {
    path: parseAbsolutePath(keys.get("path")),
    owner: parseAccount(keys.get("owner")),
    group: parseAccount(keys.get("group")),
    mode: parseMode(keys.get("mode")),
    format: keys.get("format")?.choice(TEMPLATE_FORMATS),
    validate: keys.has("validate") ? parseArguments(keys.get("validate")) : undefined,
    onChange: keys.has("onChange") ? parseOnChange(keys.get("onChange")) : undefined,
    healthCheck: keys.has("healthCheck") ? parseArguments(keys.get("healthCheck")) : undefined,
    onDrift: keys.get("onDrift")?.choice(ON_DRIFT),
  };
}

const ON_DRIFT: readonly OnDrift[] = ["overwrite", "keep", "refuse"];

/** Leaves out what is undefined, so that it covers nothing when spread. */
export function given(settings: Partial<FileSettings>): Partial<Settings> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
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

export function parseAbsolutePath(field: Field | undefined): string | undefined {
  const path = field?.text();
  if (path === undefined) return undefined;
  const isPlain = path.startsWith("/") && path.length > 1 && path.slice(1).split("/").every(isPlainSegment);
  if (isPlain) return path;
  field!.refuse(`'${path}' is no absolute path to a file`, "Start it with / and leave out //, . and ..");
  return undefined;
}

/** A path below a folder of ours: it must not climb out of it. */
export function checkRelativePath(path: string, field: Field): void {
  if (isPlainPath(path)) return;
  field.refuse(
    `'${path}' does not stay inside its folder`,
    "Give a plain relative path, without .., . or a leading /.",
  );
}

export function isPlainPath(path: string): boolean {
  return path.split("/").every(isPlainSegment) && !path.includes("\0");
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

export function parseOnChange(field: Field | undefined): readonly OnChange[] {
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
