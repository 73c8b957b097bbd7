// Reads the config files (the main one, then every *.yaml and *.yml of the parbake.d folder beside it in name order) and the templates.
// Never writes.

import { dirname, join, resolve } from "node:path";
import { forEachGathering } from "../../collect-refusals.ts";
import type { InputKind } from "../../host/inputs/explain-read.ts";
import type { Inputs } from "../../host/inputs/inputs.ts";
import { judgePrograms, judgeSelf } from "../../host/inputs/judge-programs.ts";
import { pathInRoot } from "../../host/resolve-in-root.ts";
import { ENVIRONMENT_FILE } from "../../names/own-places.ts";
import { Refusal } from "../../refusal.ts";
import type { Config } from "../config.ts";
import { TOP_KEYS } from "../keys/top-keys.ts";
import { parseYaml } from "../yaml/parse-yaml.ts";
import { parseConfig, type ParseResult } from "./parse-config.ts";
import { readTemplates } from "./read-templates.ts";
import type { Declared } from "./tell-config.ts";

const CONFIG: InputKind = {
  name: "the config",
  // Thousands of files and apps have some hundred KiB.
  mostBytes: 4 * 1024 * 1024,
  code: "config",
  absent: { code: "config", what: "there is no such config file", fix: "Write it, or name another with --config." },
};

/** The image's own files. */
export interface Image {
  readonly config: Config;
  /** By the name that `files[].template` uses, without front matter; null: there is no such file. */
  readonly templates: ReadonlyMap<string, string | null>;
}

/** With what the config came from. */
export interface DeclaredImage extends Image {
  readonly declared: Declared;
}

/**
 * @param configFile path of the main file, as the caller sees it
 * @param root `/`, or the folder that a machine's file system is mounted on
 * @throws Refusal `config` with every problem of every file, `permission` where a file may not be read, or where others could
 * have written it and `inputs` refuses that
 */
export function readConfig(configFile: string, root: string, inputs: Inputs): Image {
  const { config, templates } = readDeclared(configFile, root, inputs);
  return { config, templates };
}

/** @throws Refusal as readConfig */
export function readDeclared(configFile: string, root: string, inputs: Inputs): DeclaredImage {
  const result = inputs.telling(() => {
    // systemd's to read at a boot, and it tells a run as root where AWS is and whom to trust there.
    inputs.judge(join(root, ENVIRONMENT_FILE));
    judgeSelf(inputs);
    const parsed = readAll(configFile, root, inputs);
    if (parsed.kind === "config") judgePrograms(parsed.config.files, root, inputs);
    return parsed;
  });
  if (result.kind === "problems") throw new Refusal("config", result.problems);
  return result;
}

function readAll(configFile: string, root: string, inputs: Inputs): ParseResult {
  const folder = dirname(configFile);
  const files = readSources(configFile, inputs);
  return parseConfig(
    files,
    (templatesFolder, named) => readTemplates(locateTemplates(templatesFolder, folder, root), named, inputs),
    (path) => pathInRoot(root, path),
  );
}

interface Source {
  readonly file: string;
  readonly text: string;
}

/** The text of each config file, in the order of precedence. */
export function readSources(configFile: string, inputs: Inputs): Source[] {
  const dropIns = listDropIns(join(dirname(configFile), "parbake.d"), inputs);
  return forEachGathering([configFile, ...dropIns], (file) => ({ file, text: inputs.read(file, CONFIG) }));
}

/** Every file that a person writes for a run: those of the config, and every template. */
export function readAllSources(configFile: string, root: string, inputs: Inputs): readonly Source[] {
  return inputs.telling(() => {
    const files = readSources(configFile, inputs);
    const named = files.map(({ file, text }) => parseYaml(file, text, []).peek("templates"));
    const folder = named.findLast((text) => text !== undefined) ?? TOP_KEYS.templates.default;
    const templates = readTemplates(locateTemplates(folder, dirname(configFile), root), [], inputs);
    const texts = [...templates.sources].flatMap(([name, text]) =>
      text === null ? [] : [{ file: join(templates.folder, name), text }],
    );
    return [...files, ...texts];
  });
}

// Relative: beside the config. Absolute: a path of the machine, so it lies below the root.
function locateTemplates(templatesFolder: string, configFolder: string, root: string): string {
  if (templatesFolder.startsWith("/")) return join(root, join("/", templatesFolder));
  const inRoot = pathInRoot(root, configFolder);
  // `..` does not lead out of the image.
  return inRoot === null ? resolve(configFolder, templatesFolder) : join(root, join(inRoot, templatesFolder));
}

function listDropIns(folder: string, inputs: Inputs): string[] {
  const names = inputs.list(folder, CONFIG).filter((name) => /^[^.][^/]*\.ya?ml$/.test(name));
  return names.map((name) => join(folder, name));
}
