// Removes debug information and symbols from an ELF program, for either architecture and without a tool of the host, so that
// the binary is the same wherever it is built. Never touches what the kernel loads.

import { readFileSync, writeFileSync } from "node:fs";
import { deafen } from "./build-deafen.ts";

// Offsets and sizes of the 64-bit ELF header and of one section header (elf.h, Elf64_Ehdr and Elf64_Shdr).
const EHDR = { machine: 0x12, sectionsAt: 0x28, sectionCount: 0x3c, namesIndex: 0x3e };
const SHDR_BYTES = 64;
const SHDR = { type: 4, flags: 8, offset: 24, size: 32 };
const SHF_ALLOC = 2n;
const SHF_TLS = 0x400n;
const SHT_NULL = 0;
const SHT_SYMTAB = 2;
const SHT_NOBITS = 8;

export function stripProgram(from: string, to: string): void {
  writeFileSync(to, deafen(stripElf(readFileSync(from))), { mode: 0o755 });
}

/** Keeps the sections that are loaded and their names. @throws Error where they don't come first in the file */
export function stripElf(elf: Buffer): Buffer {
  if (elf.readUInt32BE(0) !== 0x7f454c46 || elf[4] !== 2 || elf[5] !== 1)
    throw new Error("not a 64-bit little-endian ELF file");
  const headers = readSectionHeaders(elf);
  const names = headers[elf.readUInt16LE(EHDR.namesIndex)];
  const kept = headers.filter((header) => header.readUInt32LE(SHDR.type) === SHT_NULL || isLoaded(header));
  if (!names || !kept.every((header, index) => header === headers[index]))
    throw new Error("loaded sections don't come first");
  // What only memory has, the kernel takes from the segments. By its section LIEF, which adds the blob, leaves as much empty in the file.
  for (const header of kept)
    if (header.readUInt32LE(SHDR.type) === SHT_NOBITS && !isOfThread(header)) header.writeBigUInt64LE(0n, SHDR.size);
  const endBytes = Math.max(...kept.map(endOf));
  const namesData = elf.subarray(offsetOf(names), endOf(names));
  names.writeBigUInt64LE(BigInt(endBytes), SHDR.offset);
  const padding = Buffer.alloc(-(endBytes + namesData.length) & 7);
  const result = Buffer.concat([elf.subarray(0, endBytes), namesData, padding, ...kept, names]);
  result.writeBigUInt64LE(BigInt(endBytes + namesData.length + padding.length), EHDR.sectionsAt);
  result.writeUInt16LE(kept.length + 1, EHDR.sectionCount);
  result.writeUInt16LE(kept.length, EHDR.namesIndex);
  return result;
}

// elf.h, EM_X86_64 and EM_AARCH64.
const MACHINES: Readonly<Record<number, string>> = { 62: "x86-64", 183: "ARM aarch64" };

/** Describes an ELF file as file(1) does, which a machine may lack. */
export function describeElf(elf: Buffer): string {
  const hasSymbols = readSectionHeaders(elf).some((header) => header.readUInt32LE(SHDR.type) === SHT_SYMTAB);
  const machine = MACHINES[elf.readUInt16LE(EHDR.machine)] ?? "unknown machine";
  return `ELF 64-bit LSB executable, ${machine}, dynamically linked, ${hasSymbols ? "not stripped" : "stripped"}`;
}

/** Copies, so that a caller may change one. */
function readSectionHeaders(elf: Buffer): Buffer[] {
  const start = Number(elf.readBigUInt64LE(EHDR.sectionsAt));
  return Array.from({ length: elf.readUInt16LE(EHDR.sectionCount) }, (_, index) =>
    Buffer.from(elf.subarray(start + index * SHDR_BYTES, start + (index + 1) * SHDR_BYTES)),
  );
}

function isLoaded(header: Buffer): boolean {
  return (header.readBigUInt64LE(SHDR.flags) & SHF_ALLOC) !== 0n;
}

/** .tbss, which lies over what follows it. */
function isOfThread(header: Buffer): boolean {
  return (header.readBigUInt64LE(SHDR.flags) & SHF_TLS) !== 0n;
}

function offsetOf(header: Buffer): number {
  return Number(header.readBigUInt64LE(SHDR.offset));
}

function endOf(header: Buffer): number {
  const size = header.readUInt32LE(SHDR.type) === SHT_NOBITS ? 0 : Number(header.readBigUInt64LE(SHDR.size));
  return offsetOf(header) + size;
}
