// Where the drop-ins lie by which systemd and the kernel keep an app to its share. Pure.

import { isHandOff, UNITS_FOLDER } from "./hand-off-path.ts";

// After a package's own and an operator's usual 10 to 50; `systemctl edit` makes override.conf, which systemd reads later still.
export const SHARE_DROP_IN = "60-parbake-share.conf";

/** The unit that the drop-in limits; null: it is none of parbake's. */
export function limitedUnit(path: string): string | null {
  const isShare = path.startsWith(`${UNITS_FOLDER}/`) && path.endsWith(`.d/${SHARE_DROP_IN}`);
  return isShare ? path.slice(UNITS_FOLDER.length + 1, -`.d/${SHARE_DROP_IN}`.length) : null;
}

/** Whether parbake makes the file itself, of whatever the config says of secrets and apps. */
export function isMadeDropIn(path: string): boolean {
  return isHandOff(path) || limitedUnit(path) !== null;
}
