import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { findEmulator, machineOf, nameMachine } from "../../../../agent/host/cell/elf-machine.ts";
import { AARCH64_HEAD } from "./support/elf.ts";

// As Debian's qemu-user-static registers it.
const QEMU_AARCH64 = `enabled
interpreter /usr/libexec/qemu-binfmt/aarch64-binfmt-P
flags: POCF
offset 0
magic 7f454c460201010000000000000000000200b700
mask ffffffffffffff00fffffffffffffffffeffffff
`;
const QEMU_ARM = QEMU_AARCH64.replace("aarch64", "arm").replace("460201", "460101").replace("b700", "2800");

describe("machineOf", () => {
  it("reads the machine of an ELF file, whichever its byte order, and of nothing else", () => {
    assert.equal(machineOf(AARCH64_HEAD), 183);
    const big = Buffer.from(AARCH64_HEAD);
    big[5] = 2;
    big.writeUInt16BE(21, 18);
    assert.equal(machineOf(big), 21);
    assert.equal(machineOf(Buffer.from("#!/bin/sh\n".padEnd(64, "x"))), null);
    assert.equal(machineOf(AARCH64_HEAD.subarray(0, 19)), null);
  });

  it("is that of the running program for Node's own", () => {
    const own = process.arch === "arm64" ? "aarch64" : "x86_64";
    assert.equal(nameMachine(machineOf(readFileSync(process.execPath))!), own);
  });
});

describe("findEmulator", () => {
  it("finds the handler whose bits are the program's, and says whether it is held open", () => {
    assert.deepEqual(findEmulator(AARCH64_HEAD, [QEMU_ARM, QEMU_AARCH64]), {
      interpreter: "/usr/libexec/qemu-binfmt/aarch64-binfmt-P",
      isHeldOpen: true,
    });
    const found = findEmulator(AARCH64_HEAD, [QEMU_AARCH64.replace("POCF", "OC")]);
    assert.equal(found?.isHeldOpen, false);
  });

  it("finds none that is disabled, for another machine, or goes by the file's name", () => {
    assert.equal(findEmulator(AARCH64_HEAD, [QEMU_AARCH64.replace("enabled", "disabled")]), null);
    assert.equal(findEmulator(AARCH64_HEAD, [QEMU_ARM]), null);
    assert.equal(findEmulator(AARCH64_HEAD, ["enabled\ninterpreter /usr/bin/x\nflags: F\nextension .exe\n"]), null);
    assert.equal(findEmulator(AARCH64_HEAD, []), null);
  });
});
