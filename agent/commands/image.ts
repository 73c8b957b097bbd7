// The image's own files, read for a command: config and templates.

import type { GlobalOptions } from "../cli/invocation.ts";
import { readConfig, type Image } from "../config/read-config.ts";

export type { Image };

/** @throws Refusal with every problem of the config, or of a template that is there but cannot be read */
export function readImage({ configFile, root }: GlobalOptions): Image {
  return readConfig(configFile, root);
}
