// The operator's YAML files → Config, or every problem in them at once, each with its place. Pure.

import { dirname, join } from "node:path";
import { flawOfSecretsFolder } from "../../names/own-places.ts";
import { orderedMap } from "../../ordered-map.ts";
import type { Problem } from "../../refusal.ts";
import { checkCredentials } from "../check-credentials.ts";
import { checkPaths } from "../check-paths.ts";
import type { AppConfig, Config, SecretConfig } from "../config.ts";
import { estimateSecretsBytes } from "../estimate-secrets.ts";
import { APP_KEYS } from "../keys/app-keys.ts";
import { SECRET_KEYS } from "../keys/secret-keys.ts";
import { TOP_KEYS } from "../keys/top-keys.ts";
import type { Field, Known } from "../yaml/field.ts";
import { parseYaml } from "../yaml/parse-yaml.ts";
import { checkAmounts, checkLength, checkValues } from "./check-amounts.ts";
import { withoutOutdented } from "./check-outdented.ts";
import { optionalSize, parseApp, parseReserve } from "./parse-app.ts";
import { parseAws } from "./parse-aws.ts";
import { parseAbsolutePath } from "./parse-file.ts";
import { namedTemplates, parseFiles } from "./parse-files.ts";
import { parseFolders } from "./parse-folder.ts";
import { parseImageAge } from "./parse-image-age.ts";
import { parseLaunchOn } from "./parse-launch-on.ts";
import { parseMetrics } from "./parse-metrics.ts";
import { parseSecret } from "./parse-secret.ts";
import { parseTemplates, type ParsedTemplates, type TemplateSources } from "./parse-templates.ts";
import type { Declared } from "./tell-config.ts";

export type ParseResult =
  | {
      readonly kind: "config";
      readonly config: Config;
      /** By the name that `files[].template` uses, without front matter; null: there is no such file. */
      readonly templates: ReadonlyMap<string, string | null>;
      /** What it came from. */
      readonly declared: Declared;
    }
  | { readonly kind: "problems"; readonly problems: readonly Problem[] };

/** @param folder as the config has it */
type ReadTemplates = (folder: string, named: readonly string[]) => TemplateSources;

/**
 * @param files in the order of precedence: a later file's entry replaces an earlier one of the same name
 * @param imagePathOf a path of ours as the booted machine sees it; null: the machine does not see it
 */
export function parseConfig(
  files: readonly { readonly file: string; readonly text: string }[],
  readTemplates: ReadTemplates = (folder) => ({ folder, sources: new Map() }),
  imagePathOf: (path: string) => string | null = (path) => path,
): ParseResult {
  const tooLong = checkLength(files);
  if (tooLong.length > 0) return { kind: "problems", problems: tooLong };
  const problems: Problem[] = [];
  const fields = files.map(({ file, text }) => parseYaml(file, text, problems));
  problems.push(...checkValues(fields));
  const tops = fields.map((field) => field.known(TOP_KEYS));
  const entries = tops.map((top) => top.get("files")?.items() ?? []);
  const folder = last(tops, "templates")?.text() ?? TOP_KEYS.templates.default;
  const templates = parseTemplates(readTemplates(folder, namedTemplates(entries)), problems);
  const sources = files.map(({ file }) => file);
  const own = listOwn(sources[0], templates)
    .map(imagePathOf)
    .filter((path) => path !== null);
  const config = assemble({ tops, entries, templates, sources, own }, problems);
  if (problems.length === 0)
    problems.push(
      ...checkNotEmpty(config, tops),
      ...checkAmounts(config),
      ...checkPaths(config, own),
      ...checkCredentials(config),
    );
  return problems.length > 0
    ? { kind: "problems", problems }
    : {
        kind: "config",
        config,
        templates: templates.sources,
        declared: { tops, frontMatters: templates.frontMatters },
      };
}

/** What tells parbake what to do: none of it may be what it writes. */
function listOwn(configFile: string | undefined, { folder, sources }: ParsedTemplates): string[] {
  const templates = [...sources.keys()].map((name) => `${folder}/${name}`);
  return configFile === undefined ? templates : [configFile, join(dirname(configFile), "parbake.d"), ...templates];
}

type Top = Known<typeof TOP_KEYS>;
type TopKey = keyof typeof TOP_KEYS;

interface Parts {
  /** One for each file. */
  readonly tops: readonly Top[];
  /** The items of `files`, for each file. */
  readonly entries: readonly (readonly Field[])[];
  readonly templates: ParsedTemplates;
  readonly sources: readonly string[];
  readonly own: readonly string[];
}

function assemble({ tops, entries, templates, sources, own }: Parts, problems: Problem[]): Config {
  const files = parseFiles(entries, templates.frontMatters, problems);
  const secretsFolder = parseSecretsFolder(last(tops, "secretsFolder"), own);
  const config: Omit<Config, "secretsSizeBytes"> = {
    imds: last(tops, "imds")?.choice(TOP_KEYS.imds.value) ?? TOP_KEYS.imds.default,
    reserve: { memory: parseReserve(last(tops, "reserve")) },
    architectures: (last(tops, "architectures")?.items() ?? [])
      .map((item) => item.choice(TOP_KEYS.architectures.value.of))
      .filter((architecture) => architecture !== undefined),
    launchOn: parseLaunchOn(last(tops, "launchOn")),
    apps: withoutOutdented(named(tops, "apps"), APP_KEYS, "profile")
      .map(([name, field]) => parseApp(name, field))
      .filter(isGiven<AppConfig>),
    secrets: withoutOutdented(named(tops, "secrets"), SECRET_KEYS, "id")
      .map(([name, field]) => parseSecret(name, field))
      .filter(isGiven<SecretConfig>),
    aws: parseAws(last(tops, "aws")),
    files,
    folders: parseFolders(tops.map((top) => top.get("folders")?.items() ?? [])),
    metrics: parseMetrics(last(tops, "metrics"), files, { secretsFolder, config: own }),
    maxImageAge: parseImageAge(last(tops, "maxImageAge")),
    vars: orderedMap(named(tops, "vars").map(([name, field]) => [name, field.data()] as const)),
    varsAt: Object.fromEntries(named(tops, "vars").map(([name, field]) => [name, field.keyAt])),
    templatesFolder: templates.folder,
    secretsFolder,
    secretsGuarantee:
      last(tops, "secretsGuarantee")?.choice(TOP_KEYS.secretsGuarantee.value) ?? TOP_KEYS.secretsGuarantee.default,
    sources,
  };
  return { ...config, secretsSizeBytes: optionalSize(last(tops, "secretsSize")) ?? estimateSecretsBytes(config) };
}

function parseSecretsFolder(field: Field | undefined, own: readonly string[]): string {
  const path = parseAbsolutePath(field) ?? TOP_KEYS.secretsFolder.default;
  const flaw = flawOfSecretsFolder(path, own);
  if (flaw !== null)
    field?.refuse(`${path} ${flaw}`, `Choose a folder of its own, such as ${TOP_KEYS.secretsFolder.default}.`);
  return path;
}

function last(tops: readonly Top[], key: TopKey): Field | undefined {
  return tops.map((top) => top.get(key)).findLast((field) => field !== undefined && !field.isEmpty);
}

function named(tops: readonly Top[], key: TopKey): (readonly [string, Field])[] {
  const merged = new Map<string, Field>();
  for (const top of tops) for (const [name, field] of top.get(key)?.entries() ?? []) merged.set(name, field);
  return [...merged];
}

function isGiven<T>(value: T | undefined): value is T {
  return value !== undefined;
}

/** One for `seal` alone does something: an image may be sealed that has nothing for a boot. */
function checkNotEmpty(config: Config, tops: readonly Top[]): Problem[] {
  if (config.apps.length + config.secrets.length + config.files.length > 0) return [];
  if (tops.some((top) => top.has("seal"))) return [];
  const file = config.sources[0] ?? "parbake.yaml";
  const fix = "Declare at least one of them: parbake takes a config that does nothing for a mistake.";
  return [{ what: "the config declares no app, no secret and no file", fix, at: { file, line: 1, column: 1 } }];
}
