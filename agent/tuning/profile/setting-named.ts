// One setting of those that a profile answers with. That it is missing is a bug of the profile, never the user's.

import type { Setting, Settings } from "./profile.ts";

/** For a name that is known only at run time, as of a ladder: the names of the settings depend on the options alone. */
export function settingNamed(settings: Settings, name: string): Setting {
  const setting = settings[name];
  if (setting) return setting;
  throw new TypeError(`there is no setting ${name}`);
}
