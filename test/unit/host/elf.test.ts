import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { architectureOf, nameArchitecture } from "../../../agent/host/elf.ts";
import { AARCH64_HEAD } from "./cell/support/elf.ts";

describe("architectureOf", () => {
  it("reads the machine of an ELF file, whichever its byte order, and of nothing else", () => {
    assert.equal(architectureOf(AARCH64_HEAD), 183);
    const big = Buffer.from(AARCH64_HEAD);
    big[5] = 2;
    big.writeUInt16BE(21, 18);
    assert.equal(architectureOf(big), 21);
    assert.equal(architectureOf(Buffer.from("#!/bin/sh\n".padEnd(64, "x"))), null);
    assert.equal(architectureOf(AARCH64_HEAD.subarray(0, 19)), null);
    assert.equal(architectureOf(Buffer.alloc(0)), null);
  });
});

describe("nameArchitecture", () => {
  it("names the running program's as EC2 does", () => {
    const own = process.arch === "arm64" ? "arm64" : "x86_64";
    assert.equal(nameArchitecture(architectureOf(readFileSync(process.execPath))!), own);
  });

  it("has the number of one that it does not know", () =>
    assert.equal(nameArchitecture(22), "another CPU (ELF machine 22)"));
});
