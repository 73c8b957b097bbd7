// Where each piece of parbake lies in an image, and by which names an uninstallation knows it again. Pure; knows paths as the
// booted machine sees them.

export const PROGRAM = "/usr/bin/parbake";
/** Of packages, and so of parbake's own units. */
export const VENDOR_UNITS = "/usr/lib/systemd/system";
/** Of the machine's operator: what is enabled, and drop-ins of other units. */
export const SYSTEM_UNITS = "/etc/systemd/system";
export const CONFIG_FOLDER = "/etc/parbake";
export const CONFIG_FOLDERS = [CONFIG_FOLDER, `${CONFIG_FOLDER}/templates`, `${CONFIG_FOLDER}/parbake.d`] as const;

export const UNITS = [
  "parbake.service",
  "parbake-ready@.service",
  "parbake-over.service",
  "parbake-held.service",
  "parbake-console.service",
  "parbake-retry.timer",
  "parbake-refresh.service",
  "parbake-refresh.timer",
  "run-parbake-secrets.mount",
] as const;
/** What is enabled where systemd applies presets, as at the first boot of a machine without an id. */
export const PRESET = "/usr/lib/systemd/system-preset/50-parbake.preset";
/** What `journalctl -x` says of parbake's entries. */
export const CATALOG = "/usr/lib/systemd/catalog/parbake.catalog";

export const HOLD = "10-parbake.conf";

/** Of every version: an older one had a target of held units. */
const OWN_UNIT =
  /^(?:parbake(?:-ready@[^/]*|-over|-held|-console|-retry|-refresh)?\.(?:service|timer|target)|run-parbake-secrets\.mount)$/;

export function isOwnUnit(name: string): boolean {
  return OWN_UNIT.test(name);
}

/** `edited`: a person's lines stand beside parbake's. `foreign`: parbake's are not in it. */
export type HoldOrigin = "own" | "edited" | "foreign";

/** Those of every version. */
const HOLD_LINE = /^(?:Requires|After)=parbake(?:-ready@%[nN])?\.service$/;

export function originOfHold(text: string): HoldOrigin {
  if (!linesOf(text).some((line) => HOLD_LINE.test(line))) return "foreign";
  return hasOthersLines(text) ? "edited" : "own";
}

/** Whether who replaces the drop-in loses what a person gave the unit. */
export function hasOthersLines(text: string): boolean {
  return linesOf(text).some((line) => !HOLD_LINE.test(line));
}

/** Those that say something. */
function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => !/^\s*(?:[#;].*)?$/.test(line) && line !== "[Unit]");
}
