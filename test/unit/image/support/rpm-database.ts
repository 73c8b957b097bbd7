// Headers of packages, and a database of them, as rpm writes them: of the tags that parbake reads.

import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";

const [INT32, STRING, STRING_ARRAY] = [4, 6, 8];

export type Tag = readonly [tag: number, ...values: readonly (string | number)[]];

export function makeHeader(tags: readonly Tag[]): Buffer {
  const data = tags.map(([, ...values]) =>
    Buffer.concat(values.map((value) => (typeof value === "number" ? uint32(value) : Buffer.from(`${value}\0`)))),
  );
  const index = tags.map(([tag, ...values], at) => {
    const type = typeof values[0] === "number" ? INT32 : values.length === 1 ? STRING : STRING_ARRAY;
    return Buffer.concat([tag, type, Buffer.concat(data.slice(0, at)).length, values.length].map(uint32));
  });
  return Buffer.concat([uint32(tags.length), uint32(Buffer.concat(data).length), ...index, ...data]);
}

export function writeDatabase(file: string, headers: readonly Buffer[]): void {
  mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file);
  database.exec("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)");
  for (const header of headers) database.prepare("INSERT INTO Packages (blob) VALUES (?)").run(header);
  database.close();
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
