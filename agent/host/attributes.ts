// Who owns a file or folder, and what its permission bits are. Pure.

export interface Attributes {
  readonly uid: number;
  readonly gid: number;
  /** Permission bits, 0 to 0o7777. */
  readonly mode: number;
}

export function sameAttributes(a: Attributes, b: Attributes): boolean {
  return a.uid === b.uid && a.gid === b.gid && a.mode === b.mode;
}

export interface FileOwner {
  /** User name or decimal id. */
  readonly owner: string;
  /** Group name or decimal id. Null: the owner's primary group. */
  readonly group: string | null;
  /** Permission bits, 0 to 0o7777. */
  readonly mode: number;
}
