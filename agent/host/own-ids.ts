// Whom parbake runs as: the effective ids, which the kernel goes by. Asked anew each time, for what is remembered while the snapshot
// is built would be whoever built it; so ask where it matters alone.

export function ownUid(): number {
  return onLinux(process.geteuid?.());
}

export function ownGid(): number {
  return onLinux(process.getegid?.());
}

export function isRoot(): boolean {
  return ownUid() === 0;
}

function onLinux(id: number | undefined): number {
  if (id === undefined) throw new Error("parbake runs on Linux alone");
  return id;
}
