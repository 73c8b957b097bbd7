// `parbake profiles`: the apps that parbake can tune. Needs no config, no root and no network.

import { formatProfiles, profilesDocument } from "../cli/print/print-profiles.ts";
import type { Ending } from "../ending.ts";
import { PROFILES } from "../tuning/profiles.ts";
import type { Session } from "./session.ts";

export function runProfiles({ options, emit, say }: Session): Ending {
  const profiles = [...PROFILES.values()];
  if (options.json) emit(profilesDocument(profiles));
  else say(profilesDocument(profiles), formatProfiles);
  return "done";
}
