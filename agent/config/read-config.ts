// Reads the config files (the main one, then every *.yaml of the parbake.d folder beside it in name order) and the templates.
// Never writes.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { Refusal, type RefusalCode } from "../refusal.ts";
import type { Config } from "./config.ts";
import { parseConfig } from "./parse-config.ts";
import { readTemplates } from "./read-templates.ts";

/** The image's own files. */
export interface Image {
  readonly config: Config;
  /** By the name that `files[].template` uses, without front matter; null: there is no such file. */
  readonly templates: ReadonlyMap<string, string | null>;
}

/**
 * @param configFile path of the main file, as the caller sees it
 * @param root `/`, or the folder that a machine's file system is mounted on
 * @throws Refusal `config` with every problem of every file, `permission` where a file may not be read
 */
export function readConfig(configFile: string, root: string): Image {
  const folder = dirname(configFile);
  const dropIns = listDropIns(join(folder, "parbake.d"));
  const files = [configFile, ...dropIns].map((file) => ({ file, text: readConfigFile(file) }));
  const result = parseConfig(
    files,
    (templatesFolder, named) => readTemplates(locateTemplates(templatesFolder, folder, root), named),
    (path) => imagePathOf(path, root),
  );
  if (result.kind === "problems") throw new Refusal("config", result.problems);
  const { config, templates } = result;
  return { config, templates };
}

// Relative: beside the config. Absolute: a path of the machine, so it lies below the root.
function locateTemplates(templatesFolder: string, configFolder: string, root: string): string {
  return templatesFolder.startsWith("/") ? join(root, templatesFolder) : resolve(configFolder, templatesFolder);
}

/** Null where it lies outside of the image. */
function imagePathOf(path: string, root: string): string | null {
  const [file, base] = [resolve(path), resolve(root)];
  if (base === "/") return file;
  return file.startsWith(`${base}/`) ? file.slice(base.length) : null;
}

function listDropIns(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => /^[^.].*\.ya?ml$/.test(name));
    return names.toSorted().map((name) => join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw cannotRead(folder, error as NodeJS.ErrnoException);
  }
}

function readConfigFile(file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    throw cannotRead(file, error as NodeJS.ErrnoException);
  }
}

const NOT_READABLE: Readonly<
  Record<string, { readonly code: RefusalCode; readonly what: string; readonly fix: string }>
> = {
  ENOENT: { code: "config", what: "there is no such config file", fix: "Write it, or name another with --config." },
  EACCES: { code: "permission", what: "the config may not be read", fix: "Run as root, or mend its mode." },
  ERR_ENCODING_INVALID_ENCODED_DATA: { code: "config", what: "the config is not UTF-8", fix: "Save it as UTF-8." },
};

function cannotRead(file: string, { code = "unknown" }: NodeJS.ErrnoException): Refusal {
  const known = NOT_READABLE[code];
  if (known) return new Refusal(known.code, { what: known.what, fix: known.fix, at: { file } });
  return new Refusal("config", {
    what: `the config cannot be read (${code})`,
    fix: "It must be a plain file.",
    at: { file },
  });
}
