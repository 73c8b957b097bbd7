import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hasRoom, writeTar } from "../../../agent/logs/tar.ts";
import { makeFolder } from "../../support/folders.ts";

const MTIME_MS = Date.UTC(2026, 1, 3, 4, 5, 6);

describe("writeTar", () => {
  it("makes an archive that GNU tar unpacks byte for byte: empty, of a whole record, UTF-8 and long names", () => {
    const folder = makeFolder("/tmp", "test", "test");
    const long = `parbake-logs/${"folder/".repeat(15)}${"n".repeat(90)}`;
    const members = [
      { name: "parbake-logs/README", bytes: Buffer.from("hello\n") },
      { name: "parbake-logs/empty", bytes: Buffer.alloc(0) },
      { name: "parbake-logs/record", bytes: Buffer.alloc(512, "x") },
      { name: "parbake-logs/größe", bytes: Buffer.from([0, 255, 10, 13]) },
      { name: long, bytes: Buffer.from("deep") },
    ];
    writeFileSync(join(folder, "x.tar"), writeTar(members, MTIME_MS));
    const listed = execFileSync("tar", ["--list", "--verbose", "--numeric-owner", "--utc", "-f", "x.tar"], {
      cwd: folder,
    });
    assert.match(listed.toString(), /^-rw------- 0\/0 +6 2026-02-03 04:05 parbake-logs\/README$/m);
    execFileSync("tar", ["--extract", "--no-same-owner", "-f", "x.tar"], { cwd: folder });
    for (const { name, bytes } of members) assert.deepEqual(readFileSync(join(folder, name)), bytes, name);
    assert.equal(statSync(join(folder, "parbake-logs/README")).mtimeMs, MTIME_MS);
  });

  it("has no room for a name without a place to cut it at", () => {
    assert.equal(hasRoom(`parbake-logs/${"n".repeat(100)}`), true);
    assert.equal(hasRoom(`parbake-logs/${"n".repeat(101)}`), false);
    assert.equal(hasRoom(`${"f".repeat(156)}/n`), false);
  });
});
