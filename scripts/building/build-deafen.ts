// Takes from the embedded Node the names of the variables that it acts on before a script of ours can forget them, and whose
// effect outlives that: files that it writes, data that it loads. Never touches Node's own scripts.

/** Read by Node's C++ part. The others are left behind by starting anew: agent/process/environment.ts. */
export const UNHEARD = ["NODE_V8_COVERAGE", "NODE_COMPILE_CACHE", "NODE_ICU_DATA", "NODE_REDIRECT_WARNINGS"];

/** A program without a variable of an empty name to find. @throws Error where Node no longer has such a name once */
export function deafen(elf: Buffer): Buffer {
  const result = Buffer.from(elf);
  for (const name of UNHEARD) {
    const places = findLiterals(elf, name);
    if (places.length !== 1) throw new Error(`${name} is ${places.length} times among Node's strings, not once`);
    result[places[0]!] = 0;
  }
  return result;
}

/** Where C's string of that text is: a NUL at both ends, and not V8's kind, which has its length in front. */
export function findLiterals(elf: Buffer, text: string): number[] {
  const literal = Buffer.from(`\0${text}\0`);
  const places: number[] = [];
  for (let at = elf.indexOf(literal); at >= 0; at = elf.indexOf(literal, at + 1))
    if (elf.readUInt32LE(at - 3) !== text.length) places.push(at + 1);
  return places;
}
