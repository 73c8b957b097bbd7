// Where the drop-ins lie that let systemd hand secrets over to services. Pure.

export const UNITS_FOLDER = "/etc/systemd/system";

// After a package's own and an operator's usual 10 to 50.
export const DROP_IN = "60-parbake-credentials.conf";

/** Whether parbake makes the file or the folder itself, to hand secrets over. */
export function isHandOff(path: string): boolean {
  return path.startsWith(`${UNITS_FOLDER}/`) && path.endsWith(`.d/${DROP_IN}`);
}

export function folderOf(unit: string): string {
  return `${UNITS_FOLDER}/${unit}.d`;
}
