// Which CPU a program is for, and which of the kernel's registered emulators takes it. Pure.

/** A handler of binfmt_misc. */
export interface Emulator {
  readonly interpreter: string;
  /** Flag F: the kernel opened it when it was registered, so that it needs to be in no image. */
  readonly isHeldOpen: boolean;
}

const ELF_MAGIC = Buffer.from("\x7fELF", "latin1");

/** `e_machine` of elf(5). Null: no ELF file. */
export function machineOf(head: Buffer): number | null {
  if (head.length < 20 || !head.subarray(0, 4).equals(ELF_MAGIC)) return null;
  return head[5] === 2 ? head.readUInt16BE(18) : head.readUInt16LE(18);
}

const MACHINES: ReadonlyMap<number, string> = new Map([
  [3, "i386"],
  [40, "arm"],
  [62, "x86_64"],
  [183, "aarch64"],
  [243, "riscv64"],
]);

export function nameMachine(machine: number): string {
  return MACHINES.get(machine) ?? `another CPU (ELF machine ${machine})`;
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
