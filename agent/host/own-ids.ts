// Whom parbake runs as.

/** The effective ids, which the kernel goes by. */
export function ownIds(): { readonly uid: number; readonly gid: number } {
  const [uid, gid] = [process.geteuid?.(), process.getegid?.()];
  if (uid === undefined || gid === undefined) throw new Error("parbake runs on Linux alone");
  return { uid, gid };
}

export function isRoot(): boolean {
  return ownIds().uid === 0;
}
