// The units of parbake's own that run `parbake apply`. Pure.

/** Those that run.conf has the settings of. */
export const RUNNING_UNITS = ["parbake.service", "parbake-refresh.service"] as const;

export function isRunningUnit(name: string): boolean {
  return RUNNING_UNITS.some((unit) => unit === name);
}
