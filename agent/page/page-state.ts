// All that the page's address keeps after `#`: what is edited and what is shown. Anybody may have written an address, so that each
// part of it is checked. Pure.

import { MOST_APPS } from "../config/keys/app-keys.ts";
import { ARCHITECTURE } from "../config/keys/values.ts";
import { type AppDraft, type Draft, type EnforceDraft, newApp } from "./draft.ts";

export interface PageState {
  readonly draft: Draft;
  /** By name: see machines.ts. */
  readonly machines: readonly string[];
  /** The one whose settings are shown; not among `machines`: the first. */
  readonly chosen: string;
  /** Of the curve: `db.shared_buffers`. Empty: the first. */
  readonly setting: string;
  /** Of the curve: `m7g`. Empty: that of the chosen machine. */
  readonly family: string;
}

/** base64url of UTF-8 of JSON without what is usual. */
export function writeState({ draft, machines, chosen, setting, family }: PageState): string {
  const { apps, reserve, secretsSize, architectures } = draft;
  const document = {
    apps: apps.map(({ options, enforce, ...app }) => ({
      ...withoutUsual(app),
      ...(enforce !== null && { enforce: withoutUsual({ ...enforce }) }),
      ...(Object.keys(options).length > 0 && { options }),
    })),
    on: machines,
    ...withoutUsual({ ...prefixed("reserve", { ...reserve }), secretsSize, chosen, setting, family }),
    ...(architectures.length > 0 && { architectures }),
  };
  return encode(JSON.stringify(document));
}

/** Null: it is no state of ours. */
export function parseState(text: string): PageState | null {
  const document = decode(text);
  if (!isRecord(document) || !Array.isArray(document["apps"])) return null;
  const apps = document["apps"].map(parseApp);
  return {
    draft: {
      apps: apps.slice(0, MOST_APPS).filter((app) => app !== null),
      reserve: {
        share: textOf(document["reserveShare"]),
        min: textOf(document["reserveMin"]),
        max: textOf(document["reserveMax"]),
      },
      secretsSize: textOf(document["secretsSize"]),
      architectures: textsOf(document["architectures"]).filter((name) => ARCHITECTURES.includes(name)),
    },
    machines: [...new Set(textsOf(document["on"]))].slice(0, MOST_MACHINES),
    chosen: textOf(document["chosen"]),
    setting: textOf(document["setting"]),
    family: textOf(document["family"]),
  };
}

export const ARCHITECTURES: readonly string[] = ARCHITECTURE.choices;
/** More cannot be told from each other by eye. */
export const MOST_MACHINES = 60;

function encode(text: string): string {
  const bytes = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte));
  return btoa(bytes.join("")).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function decode(text: string): unknown {
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (byte) => byte.charCodeAt(0));
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
}

function parseApp(value: unknown): AppDraft | null {
  if (!isRecord(value)) return null;
  const options = isRecord(value["options"]) ? Object.entries(value["options"]) : [];
  const named = options.filter(([name, option]) => typeof option === "string" && name !== "__proto__");
  return {
    ...newApp(textOf(value["name"]), textOf(value["profile"])),
    weight: textOf(value["weight"]),
    min: textOf(value["min"]),
    max: textOf(value["max"]),
    cpuWeight: textOf(value["cpuWeight"]),
    optional: value["optional"] === true,
    enforce: parseEnforce(value["enforce"]),
    options: Object.fromEntries(named.map(([name, option]) => [name, textOf(option)])),
  };
}

function parseEnforce(value: unknown): EnforceDraft | null {
  return isRecord(value) ? { unit: textOf(value["unit"]), memoryHigh: textOf(value["memoryHigh"]) } : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(textOf).filter((text) => text !== "") : [];
}

/** No value that a person would type is longer. */
const MOST_LENGTH = 2000;

function textOf(value: unknown): string {
  return typeof value === "string" ? value.slice(0, MOST_LENGTH) : "";
}

function withoutUsual(values: Readonly<Record<string, string | boolean>>): Record<string, string | boolean> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== "" && value !== false));
}

function prefixed(prefix: string, values: Readonly<Record<string, string>>): Record<string, string> {
  const upper = (key: string): string => prefix + key.charAt(0).toUpperCase() + key.slice(1);
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [upper(key), value]));
}
