// `parbake schema`: prints the JSON Schema of the config, for editors and validators. Needs no config, no root and no network.

import type { Ending } from "../ending.ts";
import { configSchema } from "../schema/config-schema.ts";
import type { Session } from "./session.ts";

/** A JSON document in any case: `--json` changes nothing. */
export function runSchema({ emit }: Session): Ending {
  emit(configSchema());
  return "done";
}
