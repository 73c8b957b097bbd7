// Reads what the config says of `seal`, and nothing else of it: an image may be sealed that has no config at all.

import { existsSync } from "node:fs";
import type { Inputs } from "../../host/inputs/inputs.ts";
import { pathInRoot } from "../../host/resolve-in-root.ts";
import { Refusal, type Problem } from "../../refusal.ts";
import { DEFAULT_SEAL, type SealConfig } from "../seal-config.ts";
import { parseYaml } from "../yaml/parse-yaml.ts";
import { parseSeal } from "./parse-seal.ts";
import { readSources } from "./read-config.ts";

/** Where a config is that nobody has named: it may be missing. */
const USUAL = "/etc/parbake/parbake.yaml";

/** @throws Refusal `config` with all that is wrong in it */
export function readSealConfig(configFile: string, root: string, inputs: Inputs): SealConfig {
  if (pathInRoot(root, configFile) === USUAL && !existsSync(configFile)) return DEFAULT_SEAL;
  const problems: Problem[] = [];
  const sources = inputs.telling(() => readSources(configFile, inputs));
  const fields = sources.map(({ file, text }) => parseYaml(file, text, problems));
  const seals = fields.flatMap((field) => field.entries().get("seal") ?? []);
  const config = parseSeal(seals);
  if (problems.length > 0) throw new Refusal("config", problems);
  return config;
}
