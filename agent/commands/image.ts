// The image's own files, read for a command: config and templates.

import type { GlobalOptions } from "../cli/invocation.ts";
import type { Config } from "../config/config.ts";
import { readConfig } from "../config/read-config.ts";
import { readTemplates } from "../config/read-templates.ts";

export interface Image {
  readonly config: Config;
  /** By the name in the config; null where there is no such file. */
  readonly templates: ReadonlyMap<string, string | null>;
}

/** @throws Refusal with every problem of the config, or of a template that is there but cannot be read */
export function readImage({ configFile, root }: GlobalOptions): Image {
  const config = readConfig(configFile, root);
  return { config, templates: readTemplates(config) };
}
