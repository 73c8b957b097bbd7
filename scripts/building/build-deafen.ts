// Removes from the embedded Node the names of variables on which it acts before parbake can delete them, and whose effect
// outlives that: files that it writes, data that it loads. Never touches Node's own scripts.

/** Node's C++ part reads these. For the others the process starts again without them: agent/process/environment.ts. */
export const UNHEARD = ["NODE_V8_COVERAGE", "NODE_COMPILE_CACHE", "NODE_ICU_DATA", "NODE_REDIRECT_WARNINGS"];

/** Empties the names, which no variable can match. @throws Error unless Node has each name exactly once */
export function deafen(elf: Buffer): Buffer {
  const result = Buffer.from(elf);
  for (const name of UNHEARD) {
    const places = findLiterals(elf, name);
    if (places.length !== 1) throw new Error(`${name} is ${places.length} times among Node's strings, not once`);
    result[places[0]!] = 0;
  }
  return result;
}

/** The places of a C string: it has a NUL at both ends, and not its length in front, as V8's strings have. */
export function findLiterals(elf: Buffer, text: string): number[] {
  const literal = Buffer.from(`\0${text}\0`);
  const places: number[] = [];
  for (let at = elf.indexOf(literal); at >= 0; at = elf.indexOf(literal, at + 1))
    if (elf.readUInt32LE(at - 3) !== text.length) places.push(at + 1);
  return places;
}
