// A tar archive of plain files: POSIX ustar, which every tar reads. Pure.

const RECORD_BYTES = 512;
const [NAME_BYTES, PREFIX_BYTES] = [100, 155];

export interface Member {
  readonly name: string;
  readonly bytes: Buffer;
}

/** @param mtimeMs of all of them */
export function writeTar(members: readonly Member[], mtimeMs: number): Buffer {
  const parts = members.flatMap(({ name, bytes }) => {
    const padding = (RECORD_BYTES - (bytes.length % RECORD_BYTES)) % RECORD_BYTES;
    return [header(name, bytes.length, mtimeMs), bytes, Buffer.alloc(padding)];
  });
  // Two empty records end it.
  return Buffer.concat([...parts, Buffer.alloc(2 * RECORD_BYTES)]);
}

/** Whether there is a place to cut it at. */
export function hasRoom(name: string): boolean {
  return split(name) !== null;
}

function header(name: string, size: number, mtimeMs: number): Buffer {
  const record = Buffer.alloc(RECORD_BYTES);
  const [prefix, rest] = split(name) ?? ["", name];
  const put = (text: string, at: number) => record.write(text, at, "utf8");
  const octal = (value: number, at: number, digits: number) => put(value.toString(8).padStart(digits, "0"), at);
  put(rest, 0);
  octal(0o600, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(size, 124, 11);
  octal(Math.floor(mtimeMs / 1_000), 136, 11);
  // The sum is made as if blanks stood in its place.
  put(" ".repeat(8), 148);
  put("0", 156);
  put("ustar\u000000", 257);
  put(prefix, 345);
  const sum = record.reduce((total, byte) => total + byte, 0);
  put(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return record;
}

/** Prefix and name, which tar joins by a slash. Null: too long. */
function split(name: string): readonly [prefix: string, rest: string] | null {
  if (Buffer.byteLength(name) <= NAME_BYTES) return ["", name];
  for (let at = name.indexOf("/"); at >= 0; at = name.indexOf("/", at + 1)) {
    const [prefix, rest] = [name.slice(0, at), name.slice(at + 1)];
    if (Buffer.byteLength(prefix) <= PREFIX_BYTES && Buffer.byteLength(rest) <= NAME_BYTES) return [prefix, rest];
  }
  return null;
}
