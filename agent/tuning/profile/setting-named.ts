// Finds one of a profile's settings by a name that is known only at run time, as in a ladder.

import type { Setting, Settings } from "./profile.ts";

/** @throws TypeError if the setting is missing: the names depend on the options alone, so that is the profile's bug. */
export function settingNamed(settings: Settings, name: string): Setting {
  const setting = settings[name];
  if (setting) return setting;
  throw new TypeError(`there is no setting ${name}`);
}
