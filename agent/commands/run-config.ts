// `parbake config show`: the config as all of its files make it, and where each of its keys stands. Needs no root and no network.

import { describeTold, formatTold } from "../cli/print/print-told.ts";
import { readDeclared } from "../config/read/read-config.ts";
import { tellConfig } from "../config/read/tell-config.ts";
import type { Ending } from "../ending.ts";
import { hideSecrets } from "../logs/hide-secrets.ts";
import type { Session } from "./session.ts";

/** @throws Refusal where it is not one that a run would take */
export function runConfig({ options, inputs, emit, say }: Session): Ending {
  const { config, declared } = readDeclared(options.configFile, options.root, inputs);
  const shown = { sources: config.sources, entries: hideSecrets(tellConfig(config, declared)) };
  if (options.json) emit(describeTold(shown));
  else say(shown, formatTold);
  return "done";
}
