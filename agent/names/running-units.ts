// The units of parbake's own that run `parbake apply`. Pure.

/** Those that systemd/run.conf has the settings of. */
export const RUNNING_UNITS = ["parbake.service", "parbake-refresh.service"] as const;

/** What it is called as their drop-in: systemd reads those by name, and an operator's override.conf comes after a digit. */
export const SETTINGS = "10-parbake-run.conf";
export const FORMER_SETTINGS = "run.conf";

export function isRunningUnit(name: string): boolean {
  return RUNNING_UNITS.some((unit) => unit === name);
}
