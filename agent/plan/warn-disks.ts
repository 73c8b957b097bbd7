// Values that a small disk keeps from what the app's project advises: they hold, and the disk fills up soon. Pure.

import type { AppConfig } from "../config/config.ts";
import type { Problem } from "../refusal.ts";
import { formatBytes } from "../size.ts";
import type { Setting } from "../tuning/profile/profile.ts";
import { PROFILES } from "../tuning/profiles.ts";
import type { AppPlan } from "../tuning/tuning.ts";

export function warnDisks(apps: readonly AppPlan[], declared: readonly AppConfig[]): Problem[] {
  return apps.flatMap((app) =>
    Object.entries(app.settings)
      .filter(([, { boundBy }]) => boundBy === "disk")
      .map(([name, setting]) => smallDisk(app, name, setting, declared)),
  );
}

function smallDisk(
  { name, profile }: AppPlan,
  setting: string,
  { value, note }: Setting,
  declared: readonly AppConfig[],
): Problem {
  const at = declared.find((app) => app.name === name)?.at;
  return {
    what: `${name}: ${setting} is only ${formatBytes(Number(value))}: ${note}`,
    fix: `Put ${PROFILES.get(profile)?.dataFolder ?? "its data"} on a larger disk, or give the option ${setting}.`,
    ...(at ? { at } : {}),
  };
}
