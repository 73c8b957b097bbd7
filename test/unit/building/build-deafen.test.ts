import assert from "node:assert/strict";
import { deafen, findLiterals, UNHEARD } from "../../../scripts/building/build-deafen.ts";

// A string of C's, and one of V8's with its length in front.
const literals = (names: readonly string[]) =>
  Buffer.concat(
    names.map((name) =>
      Buffer.from(`....\0${name}\0....\0x${String.fromCharCode(name.length)}\0\0\0${name}\0`, "latin1"),
    ),
  );

describe("deafen", () => {
  it("empties each name, as C++ reads it, and nothing else", () => {
    const elf = literals(UNHEARD);
    const deaf = deafen(elf);
    assert.equal(deaf.length, elf.length);
    const changed = [...elf.keys()].filter((at) => elf[at] !== deaf[at]);
    assert.deepEqual(
      changed,
      UNHEARD.map((name) => findLiterals(elf, name)[0]),
    );
    for (const name of UNHEARD) assert.deepEqual(findLiterals(deaf, name), []);
  });

  it("throws where Node no longer has a name, or has it twice", () => {
    assert.throws(() => deafen(literals(UNHEARD.slice(1))), /NODE_V8_COVERAGE is 0 times/);
    assert.throws(() => deafen(literals([...UNHEARD, "NODE_V8_COVERAGE"])), /NODE_V8_COVERAGE is 2 times/);
  });
});
