// The operator's YAML files → Config, or every problem in them at once, each with its place. Pure.

import { LineCounter, parseDocument } from "yaml";
import type { Problem } from "../refusal.ts";
import type { AppConfig, Config, FileConfig, SecretConfig } from "./config.ts";
import { Field, type YamlSource } from "./field.ts";
import { optionalSize, parseApp, parseReserve } from "./parse-app.ts";
import { parseFile } from "./parse-file.ts";
import { parseSecret } from "./parse-secret.ts";
import { checkPaths } from "./check-paths.ts";
import { estimateSecretsBytes } from "./estimate-secrets.ts";

export type ParseResult =
  | { readonly kind: "config"; readonly config: Config }
  | { readonly kind: "problems"; readonly problems: readonly Problem[] };

const TOP_LEVEL_KEYS = [
  "imds",
  "reserve",
  "architectures",
  "apps",
  "secrets",
  "files",
  "vars",
  "templates",
  "secretsFolder",
  "secretsSize",
];

const ARCHITECTURES = ["arm64", "x86_64"] as const;

/** In the order of precedence: a later file's entry replaces an earlier one of the same name. */
export function parseConfig(files: readonly { readonly file: string; readonly text: string }[]): ParseResult {
  const problems: Problem[] = [];
  const tops = files.map(({ file, text }) => parseYaml(file, text, problems).known(TOP_LEVEL_KEYS));
  const config = assemble(
    tops,
    files.map(({ file }) => file),
  );
  if (problems.length === 0) problems.push(...checkNotEmpty(config), ...checkPaths(config));
  return problems.length > 0 ? { kind: "problems", problems } : { kind: "config", config };
}

function parseYaml(file: string, text: string, problems: Problem[]): Field {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const source: YamlSource = { file, document, lines, problems };
  for (const { message, pos } of document.errors) {
    const { line, col } = lines.linePos(pos[0]);
    problems.push({
      what: `not YAML: ${message.replace(/\.$/, "")}`,
      fix: "Mend the syntax there.",
      at: { file, line, column: col },
    });
  }
  return new Field(source, "", document.errors.length > 0 ? null : document.contents);
}

type Top = ReadonlyMap<string, Field>;

function assemble(tops: readonly Top[], sources: readonly string[]): Config {
  const config: Omit<Config, "secretsSizeBytes"> = {
    imds: last(tops, "imds")?.choice(["required", "optional"] as const) ?? "required",
    reserve: { memory: parseReserve(last(tops, "reserve")) },
    architectures: (last(tops, "architectures")?.items() ?? [])
      .map((item) => item.choice(ARCHITECTURES))
      .filter(isGiven<(typeof ARCHITECTURES)[number]>),
    apps: named(tops, "apps")
      .map(([name, field]) => parseApp(name, field))
      .filter(isGiven<AppConfig>),
    secrets: named(tops, "secrets")
      .map(([name, field]) => parseSecret(name, field))
      .filter(isGiven<SecretConfig>),
    files: byPath(tops.map((top) => (top.get("files")?.items() ?? []).map(parseFile).filter(isGiven<FileConfig>))),
    vars: Object.fromEntries(named(tops, "vars").map(([name, field]) => [name, field.data()])),
    templatesFolder: last(tops, "templates")?.text() ?? "templates",
    secretsFolder: last(tops, "secretsFolder")?.text() ?? "/run/parbake/secrets",
    sources,
  };
  return { ...config, secretsSizeBytes: optionalSize(last(tops, "secretsSize")) ?? estimateSecretsBytes(config) };
}

function last(tops: readonly Top[], key: string): Field | undefined {
  return tops.map((top) => top.get(key)).findLast((field) => field !== undefined && !field.isEmpty);
}

function named(tops: readonly Top[], key: string): (readonly [string, Field])[] {
  const merged = new Map<string, Field>();
  for (const top of tops) for (const [name, field] of top.get(key)?.entries() ?? []) merged.set(name, field);
  return [...merged];
}

// Within one file two entries for one path are a mistake (checkPaths says so); across files the later one wins.
function byPath(lists: readonly (readonly FileConfig[])[]): readonly FileConfig[] {
  return lists.reduce((earlier, later) => {
    const replaced = new Set(later.map(({ path }) => path));
    return [...earlier.filter(({ path }) => !replaced.has(path)), ...later];
  }, []);
}

function isGiven<T>(value: T | undefined): value is T {
  return value !== undefined;
}

function checkNotEmpty(config: Config): Problem[] {
  if (config.apps.length + config.secrets.length + config.files.length > 0) return [];
  const file = config.sources[0] ?? "parbake.yaml";
  const fix = "Declare at least one of them: a config that does nothing is taken for a mistake.";
  return [{ what: "the config declares no app, no secret and no file", fix, at: { file, line: 1, column: 1 } }];
}
