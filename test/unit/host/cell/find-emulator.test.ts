import assert from "node:assert/strict";
import { findEmulator } from "../../../../agent/host/cell/find-emulator.ts";
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
