// What the first bytes of a file say of the machine that can run it: elf(5). Pure.

/** e_ident and, behind e_type, e_machine. */
export const HEADER_BYTES = 20;
const MAGIC = "\u007fELF";
const DATA_AT = 5;
const BIG_ENDIAN = 2;
const MACHINE_AT = 18;

const MACHINES: Readonly<Record<number, string>> = { 3: "x86", 40: "arm", 62: "x86_64", 183: "arm64", 243: "riscv" };

/** `arm64`; null: it is no ELF file. */
export function machineOf(bytes: Buffer): string | null {
  if (bytes.length < HEADER_BYTES || bytes.toString("latin1", 0, MAGIC.length) !== MAGIC) return null;
  const number = bytes[DATA_AT] === BIG_ENDIAN ? bytes.readUInt16BE(MACHINE_AT) : bytes.readUInt16LE(MACHINE_AT);
  return MACHINES[number] ?? `ELF machine ${number}`;
}

/** Whether the kernel could run it: ELF, or a script that names its interpreter. */
export function isProgram(bytes: Buffer): boolean {
  return machineOf(bytes) !== null || bytes.toString("latin1", 0, 2) === "#!";
}
