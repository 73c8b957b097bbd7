// Reads the templates that the config names. Never renders; a template that is not there is the plan's to refuse.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Refusal } from "../refusal.ts";
import type { Config } from "./config.ts";

/** By the name in the config; null where there is no such file. */
export function readTemplates({ files, templatesFolder }: Config): ReadonlyMap<string, string | null> {
  return new Map(files.map(({ template }) => [template, readTemplate(join(templatesFolder, template))]));
}

function readTemplate(file: string): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    const at = { file };
    if (code === "EACCES")
      throw new Refusal("permission", { what: "the template may not be read", fix: "Mend its mode.", at });
    if (code === "ERR_ENCODING_INVALID_ENCODED_DATA") {
      throw new Refusal("data", { what: "the template is not UTF-8", fix: "Save it as UTF-8.", at });
    }
    throw new Refusal("config", {
      what: `the template cannot be read (${code ?? "unknown"})`,
      fix: "It must be a plain file.",
      at,
    });
  }
}
