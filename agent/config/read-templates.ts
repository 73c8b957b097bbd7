// Reads the templates: every *.hbs of the templates folder, and those that the config names. Never renders; a template that
// is not there is the plan's to refuse.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Refusal, type Problem, type RefusalCode } from "../refusal.ts";
import { isRelativePath } from "../names/plain-path.ts";
import type { TemplateSources } from "./parse-templates.ts";

/**
 * @param named templates of the config, by their paths below the folder
 * @throws Refusal with every template that is there but cannot be read
 */
export function readTemplates(folder: string, named: readonly string[]): TemplateSources {
  const names = new Set([...listTemplates(folder), ...named.filter(isRelativePath)]);
  const unreadable: (readonly [RefusalCode, Problem])[] = [];
  const sources = new Map<string, string | null>();
  for (const name of names) {
    try {
      sources.set(name, readTemplate(join(folder, name)));
    } catch (error) {
      unreadable.push(explain(error as NodeJS.ErrnoException, join(folder, name)));
    }
  }
  const [first] = unreadable;
  if (first !== undefined)
    throw new Refusal(
      first[0],
      unreadable.map(([, problem]) => problem),
    );
  return { folder, sources };
}

function listTemplates(folder: string): string[] {
  try {
    const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
    return names.filter((name) => /(?:^|\/)[^./][^/]*\.hbs$/.test(name));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw new Refusal(...explain(error as NodeJS.ErrnoException, folder));
  }
}

function readTemplate(file: string): string | null {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) return null;
  // A read of a pipe would wait for ever.
  if (!found.isFile()) throw Object.assign(new Error("not a file"), { code: "no plain file" });
  return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file));
}

function explain({ code = "unknown" }: NodeJS.ErrnoException, file: string): readonly [RefusalCode, Problem] {
  const at = { file };
  if (code === "EACCES")
    return ["permission", { what: "the template may not be read", fix: "Mend its mode, or run as root.", at }];
  if (code === "ERR_ENCODING_INVALID_ENCODED_DATA")
    return ["data", { what: "the template is not UTF-8", fix: "Save it as UTF-8.", at }];
  return ["config", { what: `the template cannot be read (${code})`, fix: "It must be a plain file.", at }];
}
