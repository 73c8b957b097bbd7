// The image's own files, read for a command: config and templates.

import { readConfig, type Image } from "../config/read/read-config.ts";
import type { Session } from "./session.ts";

export type { Image };

/** @throws Refusal with every problem of the config, or of a template that is there but cannot be read */
export function readImage({ options: { configFile, root }, inputs }: Pick<Session, "options" | "inputs">): Image {
  return readConfig(configFile, root, inputs);
}
