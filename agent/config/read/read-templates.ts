// Reads the templates: every *.hbs of the templates folder, and those that the config names. Never renders; a template that
// is not there is the plan's to refuse.

import { join } from "node:path";
import { forEachGathering } from "../../collect-refusals.ts";
import type { InputKind } from "../../host/inputs/explain-read.ts";
import type { Inputs } from "../../host/inputs/inputs.ts";
import { isRelativePath } from "../../names/plain-path.ts";
import type { TemplateSources } from "./parse-templates.ts";

const TEMPLATE: InputKind = {
  name: "the template",
  // A hundred times the longest config file that a distribution ships.
  mostBytes: 4 * 1024 * 1024,
  code: "data",
  absent: { code: "config", what: "there is no such template", fix: "Write it, or name another." },
};

/**
 * @param named templates of the config, by their paths below the folder
 * @throws Refusal with every template that is there but cannot be read
 */
export function readTemplates(folder: string, named: readonly string[], inputs: Inputs): TemplateSources {
  const listed = inputs.listAll(folder, TEMPLATE).filter((name) => /(?:^|\/)[^./][^/]*\.hbs$/.test(name));
  const names = [...new Set([...listed, ...named.filter(isRelativePath)])];
  const sources = forEachGathering(names, (name) => [name, inputs.readIfThere(join(folder, name), TEMPLATE)] as const);
  return { folder, sources: new Map(sources) };
}
