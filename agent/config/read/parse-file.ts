// `files[]` of the config, and the owner and mode that secrets have too. Pure.

import type { FileOwner } from "../../host/attributes.ts";
import { ADVISE_ACCOUNT, isAccountName } from "../../names/account-name.ts";
import { flawOfAbsolute, flawOfRelative } from "../../names/plain-path.ts";
import { adviseUnit, isRunnable, parseUnitName } from "../../names/unit-name.ts";
import type { Position } from "../../refusal.ts";
import { Written } from "../../written.ts";
import type { FileConfig, OnChange } from "../config.ts";
import { FILE_KEYS, FRONT_MATTER_KEYS } from "../keys/file-keys.ts";
import { MODE, ON_CHANGE, OWNERS } from "../keys/values.ts";
import type { Field } from "../yaml/field.ts";

type Settings = Omit<FileConfig, "template" | "at">;

/** What an entry or a front matter says itself; undefined where it says nothing. */
export type FileSettings = { readonly [Key in keyof Settings]: Settings[Key] | undefined };

const DEFAULTS: Omit<Settings, "path"> = {
  owner: OWNERS.owner.default,
  group: null,
  mode: modeOf(FRONT_MATTER_KEYS.mode.default),
  format: null,
  validate: null,
  onChange: [],
  healthCheck: null,
  onDrift: FRONT_MATTER_KEYS.onDrift.default,
};

/** @param frontMatterOf what the template says of itself: the entry's own keys come first */
export function parseFile(
  field: Field,
  frontMatterOf: (template: string) => Partial<FileSettings> | undefined,
): FileConfig | undefined {
  const keys = field.known(FILE_KEYS);
  const templateField = keys.get("template");
  const template = templateField?.text();
  const frontMatter = (template === undefined ? undefined : frontMatterOf(template)) ?? {};
  if (!keys.has("path") && frontMatter.path === undefined)
    field.refuseMissing("path", "Add `path:`, here or in the template's front matter.");
  const settings = { ...given(frontMatter), ...given(parseFileSettings(keys)) };
  if (!templateField || template === undefined || settings.path === undefined) return undefined;
  checkRelativePath(template, templateField);
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
    mode: parsePlainMode(keys.get("mode")),
    format: keys.get("format")?.choice(FRONT_MATTER_KEYS.format.value),
    validate: keys.has("validate") ? parseCommand(keys.get("validate")) : undefined,
    onChange: keys.has("onChange") ? parseOnChange(keys.get("onChange")) : undefined,
    healthCheck: keys.has("healthCheck") ? parseCommand(keys.get("healthCheck")) : undefined,
    onDrift: keys.get("onDrift")?.choice(FRONT_MATTER_KEYS.onDrift.value),
  };
}

/** Leaves out what is undefined, so that it covers nothing when spread. */
export function given(settings: Partial<FileSettings>): Partial<Settings> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

export function parseFileOwner(keys: ReadonlyMap<string, Field>, defaultMode: number): FileOwner {
  return { ...parseAccounts(keys), mode: parsePlainMode(keys.get("mode")) ?? defaultMode };
}

export function parseFolderOwner(keys: ReadonlyMap<string, Field>, defaultMode: number): FileOwner {
  return { ...parseAccounts(keys), mode: parseMode(keys.get("mode")) ?? defaultMode };
}

function parseAccounts(keys: ReadonlyMap<string, Field>): Pick<FileOwner, "owner" | "group"> {
  return {
    owner: parseAccount(keys.get("owner")) ?? OWNERS.owner.default,
    group: parseAccount(keys.get("group")) ?? null,
  };
}

function parseAccount(field: Field | undefined): string | undefined {
  const account = typeof field?.scalar() === "number" ? field.spelling() : field?.text();
  if (account !== undefined && !isAccountName(account))
    field?.refuse(`'${account.slice(0, 80)}' is neither a user nor a group`, ADVISE_ACCOUNT);
  return account;
}

/** Of a file: a config, or a secret, is no program that runs as its owner. */
function parsePlainMode(field: Field | undefined): number | undefined {
  const mode = parseMode(field);
  if (mode !== undefined && mode > 0o777)
    field?.refuse(
      "has a setuid, setgid or sticky bit, which a file of text has no use for",
      `Leave it out: "0${(mode & 0o777).toString(8).padStart(3, "0")}".`,
    );
  return mode;
}

function parseMode(field: Field | undefined): number | undefined {
  if (!field) return undefined;
  const value = field.written();
  if (typeof value === "string" && MODE.test(value)) return modeOf(value);
  const digits = /^0?o?([0-7]{3,4})$/.exec(value instanceof Written ? value.text : "")?.[1];
  // YAML 1.2 reads 0644 as six hundred and forty-four, and 1.1 as octal: only quotes are clear.
  const fix =
    digits !== undefined
      ? `Put it in quotes: "${digits.padStart(4, "0")}".`
      : 'Write three or four octal digits in quotes: "0644".';
  field.refuse(`expected a file mode, found ${field.found()}`, fix);
  return undefined;
}

/** Of octal digits. */
export function modeOf(digits: string): number {
  return Number.parseInt(digits, 8);
}

export function parseAbsolutePath(field: Field | undefined): string | undefined {
  const path = field?.text();
  if (field === undefined || path === undefined || isTooLong(path, field)) return undefined;
  const flaw = flawOfAbsolute(path);
  if (flaw === null) return path;
  field.refuse(`the path '${path}' ${flaw}`, adviseOn(flaw, "Start it with / and leave out //, . and .."));
  return undefined;
}

/** What Linux takes, PATH_MAX, with some left for the folder that it lies in. */
const MOST_PATH_LENGTH = 3072;

function isTooLong(path: string, field: Field): boolean {
  if (path.length > MOST_PATH_LENGTH)
    field.refuse(
      `a path of ${path.length} characters`,
      `Linux takes no more than 4095 in all, parbake ${MOST_PATH_LENGTH}.`,
    );
  return path.length > MOST_PATH_LENGTH;
}

/** A path below a folder of ours: it must not climb out of it. */
export function checkRelativePath(path: string, field: Field): void {
  const flaw = isTooLong(path, field) ? null : flawOfRelative(path);
  if (flaw === null) return;
  field.refuse(
    `the path '${path}' ${flaw}`,
    adviseOn(flaw, "Give a plain relative path, without .., . or a leading /."),
  );
}

function adviseOn(flaw: string, otherwise: string): string {
  return /^has an? (?:invisible|control) character/.test(flaw) ? "Take it out." : otherwise;
}

/** The program by its path: what PATH would find there, somebody else may have put. */
function parseCommand(field: Field | undefined): readonly string[] | null {
  if (!field || field.isEmpty) return null;
  const [program, ...others] = field.items();
  const words = [parseProgram(program), ...others.map((item) => item.text())];
  return words.some((word) => word === undefined) ? null : (words as string[]);
}

function parseProgram(field: Field | undefined): string | undefined {
  const program = field?.text();
  if (field === undefined || program === undefined) return undefined;
  const flaw = flawOfAbsolute(program);
  if (flaw === null) return program;
  field.refuse(
    `the program '${program.slice(0, 80)}' ${flaw}`,
    "Give its plain path, like /usr/sbin/nginx: PATH is not searched.",
  );
  return undefined;
}

export function parseOnChange(field: Field | undefined): readonly OnChange[] {
  const actions: OnChange[] = [];
  for (const [key, value] of field?.known(ON_CHANGE) ?? []) {
    if (key !== "reload" && key !== "restart") continue;
    for (const item of value.isList ? value.items() : [value]) {
      const unit = item.text();
      if (unit === undefined) continue;
      if (isRunnable(unit)) actions.push({ action: key, unit });
      else item.refuse(describeUnit(unit, key), adviseUnit(unit));
    }
  }
  return actions;
}

function describeUnit(unit: string, verb: OnChange["action"]): string {
  const shown = unit.slice(0, 80);
  const parsed = parseUnitName(unit);
  if (parsed === null) return `'${shown}' is not a unit name`;
  return `${shown} is a ${parsed.kind === "template" ? parsed.kind : parsed.type}, which nothing can ${verb}`;
}
