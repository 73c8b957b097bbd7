import assert from "node:assert/strict";
import { isProgram, machineOf } from "../../../agent/install/elf.ts";

/** @param order 1: least significant byte first; 2: most. */
function header(order: 1 | 2, machine: number): Buffer {
  const bytes = Buffer.from(`\u007fELF\u0002${order === 1 ? "\u0001" : "\u0002"}`.padEnd(64, "\u0000"), "latin1");
  if (order === 1) bytes.writeUInt16LE(machine, 18);
  else bytes.writeUInt16BE(machine, 18);
  return bytes;
}

describe("machineOf", () => {
  for (const [bytes, machine] of [
    [header(1, 62), "x86_64"],
    [header(1, 183), "arm64"],
    [header(2, 22), "ELF machine 22"],
    [header(1, 62).subarray(0, 19), null],
    [Buffer.from("#!/bin/sh\n"), null],
    [Buffer.alloc(0), null],
  ] as const)
    it(`tells ${machine} by the header`, () => assert.equal(machineOf(bytes), machine));

  it("takes ELF files and scripts for programs, and nothing else", () => {
    assert.equal(isProgram(header(1, 62)), true);
    assert.equal(isProgram(Buffer.from("#!/bin/sh\n")), true);
    assert.equal(isProgram(Buffer.from("PK\u0003\u0004")), false);
  });
});
