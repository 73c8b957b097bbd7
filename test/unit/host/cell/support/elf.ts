// The first bytes of an ELF program for aarch64 (elf(5)): 64 bit, little endian, an executable.

export const AARCH64_HEAD = Buffer.alloc(64);
AARCH64_HEAD.write("\x7fELF\x02\x01\x01", "latin1");
AARCH64_HEAD.writeUInt16LE(2, 16);
AARCH64_HEAD.writeUInt16LE(183, 18);
