// Reads what the config says of `seal`, and nothing else of it: an image may be sealed that has no config at all.

import { existsSync } from "node:fs";
import type { Inputs } from "../../host/inputs/inputs.ts";
import { pathInRoot } from "../../host/resolve-in-root.ts";
import { CONFIG_FILE } from "../../names/own-places.ts";
import { Refusal, type Problem } from "../../refusal.ts";
import { DEFAULT_SEAL, type SealConfig } from "../seal-config.ts";
import { parseYaml } from "../yaml/parse-yaml.ts";
import { parseSeal } from "./parse-seal.ts";
import { readSources } from "./read-config.ts";

/** @throws Refusal `config` with all that is wrong in it */
export function readSealConfig(configFile: string, root: string, inputs: Inputs): SealConfig {
  // One that nobody has named may be missing.
  if (pathInRoot(root, configFile) === CONFIG_FILE && !existsSync(configFile)) return DEFAULT_SEAL;
  const problems: Problem[] = [];
  const sources = inputs.telling(() => readSources(configFile, inputs));
  const fields = sources.map(({ file, text }) => parseYaml(file, text, problems));
  const seals = fields.flatMap((field) => field.entries().get("seal") ?? []);
  const config = parseSeal(seals);
  if (problems.length > 0) throw new Refusal("config", problems);
  return config;
}
