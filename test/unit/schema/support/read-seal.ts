// What is wrong with `seal` in a config, which only `parbake seal` reads.

import { parseSeal } from "../../../../agent/config/read/parse-seal.ts";
import { parseYaml } from "../../../../agent/config/yaml/parse-yaml.ts";
import type { Problem } from "../../../../agent/refusal.ts";

export function readSealProblems(text: string): readonly Problem[] {
  const problems: Problem[] = [];
  const seal = parseYaml("parbake.yaml", text, problems).entries().get("seal");
  if (seal !== undefined) parseSeal([seal]);
  return problems;
}
