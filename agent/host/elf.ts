// What the first bytes of a file say of the CPU that it is for: elf(5). Pure.

/** e_ident and, behind e_type, e_machine. */
const HEADER_BYTES = 20;
const MAGIC = "\u007fELF";
const DATA_AT = 5;
const BIG_ENDIAN = 2;
const MACHINE_AT = 18;

/** `e_machine`. Null: no ELF file. */
export function architectureOf(head: Buffer): number | null {
  if (head.length < HEADER_BYTES || head.toString("latin1", 0, MAGIC.length) !== MAGIC) return null;
  return head[DATA_AT] === BIG_ENDIAN ? head.readUInt16BE(MACHINE_AT) : head.readUInt16LE(MACHINE_AT);
}

export const X86 = 3;
export const X86_64 = 62;
export const ARM64 = 183;

/** As EC2 and the config name them. */
const NAMES: Readonly<Record<number, string>> = {
  [X86]: "i386",
  40: "arm",
  [X86_64]: "x86_64",
  [ARM64]: "arm64",
  243: "riscv64",
};

export function nameArchitecture(machine: number): string {
  return NAMES[machine] ?? `another CPU (ELF machine ${machine})`;
}
