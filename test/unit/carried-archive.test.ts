import assert from "node:assert/strict";
import { formatArchive, parseArchive } from "../../agent/carried-archive.ts";

describe("an archive", () => {
  it("gives back each body by its path, an empty one too, whatever the path is called", () => {
    const given = {
      "templates/a.hbs": Buffer.from("first"),
      "systemd/é": Buffer.alloc(0),
      __proto: Buffer.from("last"),
    };
    const { entries, bodies } = parseArchive(formatArchive(given));
    assert.deepEqual(
      [...entries].map(([path, { at, bytes }]) => [path, bodies.toString("utf8", at, at + bytes)]),
      [
        ["templates/a.hbs", "first"],
        ["systemd/é", ""],
        ["__proto", "last"],
      ],
    );
  });

  it("has its index's length in front", () => {
    assert.equal(formatArchive({ a: Buffer.from("bc") }).toString("latin1"), '\x09\0\0\0[["a",2]]bc');
  });
});
