import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "mocha";
import { describeElf, stripElf } from "../../../scripts/building/build-strip.ts";
import { makeFolder } from "../../support/folders.ts";

describe("stripElf", () => {
  it("leaves a Node that runs, without symbols, and takes 18 MB or more off it", () => {
    const node = readFileSync(process.execPath);
    const stripped = stripElf(node);
    assert.match(describeElf(node), /, not stripped$/);
    assert.match(describeElf(stripped), /, stripped$/);
    assert.ok(node.length - stripped.length > 18_000_000);
    const folder = makeFolder(tmpdir(), "strip", "test");
    writeFileSync(join(folder, "node"), stripped, { mode: 0o755 });
    assert.equal(execFileSync(join(folder, "node"), ["-p", "6 * 7"], { encoding: "utf8" }), "42\n");
  });

  it("changes nothing in a program that is stripped already", () => {
    const once = stripElf(readFileSync(process.execPath));
    assert.ok(stripElf(once).equals(once));
  });

  it("leaves no section of memory that a later section would be put behind", () => {
    const stripped = stripElf(readFileSync(process.execPath));
    const [sectionsAt, count] = [Number(stripped.readBigUInt64LE(0x28)), stripped.readUInt16LE(0x3c)];
    const headers = Array.from({ length: count }, (_, index) => stripped.subarray(sectionsAt + index * 64));
    const ends = headers.map((header) => Number(header.readBigUInt64LE(24) + header.readBigUInt64LE(32)));
    assert.ok(Math.max(...ends) <= sectionsAt);
  });

  it("refuses what is no 64-bit ELF file", () => {
    assert.throws(() => stripElf(Buffer.from("#!/bin/sh\nexit 0\n")), /not a 64-bit little-endian ELF file/);
  });
});
