// The path of a folder's entry. Never touches the disk.

/**
 * As path.join, which reads every path letter by letter: a boot makes some hundreds.
 * @param folder normal, as path.normalize leaves it
 * @param name of one entry, neither `.` nor `..`
 */
export function entryPath(folder: string, name: string): string {
  if (folder === "." || folder === "./") return name;
  return folder.endsWith("/") ? folder + name : `${folder}/${name}`;
}
