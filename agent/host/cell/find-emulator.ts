// Which of the kernel's registered emulators takes a program that is for another CPU. Pure.

/** A handler of binfmt_misc. */
export interface Emulator {
  readonly interpreter: string;
  /** Flag F: the kernel opened it when it was registered, so that it needs to be in no image. */
  readonly isHeldOpen: boolean;
}

/** @param handlers as the kernel prints them below /proc/sys/fs/binfmt_misc (admin-guide/binfmt-misc.rst) */
export function findEmulator(head: Buffer, handlers: readonly string[]): Emulator | null {
  for (const handler of handlers) {
    const field = (name: string) => new RegExp(`^${name}:? (.*)$`, "m").exec(handler)?.[1] ?? "";
    const magic = Buffer.from(field("magic"), "hex");
    if (!/^enabled$/m.test(handler) || magic.length === 0) continue;
    if (!matches(head, Number(field("offset")), magic, Buffer.from(field("mask"), "hex"))) continue;
    return { interpreter: field("interpreter"), isHeldOpen: field("flags").includes("F") };
  }
  return null;
}

/** @param mask empty: every bit counts */
function matches(head: Buffer, offset: number, magic: Buffer, mask: Buffer): boolean {
  const bits = (index: number) => mask[index] ?? 0xff;
  return magic.every((byte, index) => ((head[offset + index] ?? 0) & bits(index)) === (byte & bits(index)));
}
