import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { writeNewFiles } from "../../../agent/init/write-new-files.ts";
import { makeScratch } from "../support/scratch.ts";

const FILES = [
  { path: "/etc/parbake/templates/a.hbs", text: "a" },
  { path: "/etc/parbake/templates/b.hbs", text: "b" },
  { path: "/etc/parbake/parbake.yaml", text: "c" },
];

describe("new files", () => {
  it("come with their folders, for root to write and for all to read, whatever the umask", () => {
    const { root, path } = makeScratch();
    const umask = process.umask(0o077);
    try {
      writeNewFiles(root, FILES);
    } finally {
      process.umask(umask);
    }
    for (const file of FILES) assert.equal(readFileSync(path(file.path), "utf8"), file.text);
    assert.equal(statSync(path("/etc/parbake")).mode & 0o7777, 0o755);
    assert.equal(statSync(path("/etc/parbake/parbake.yaml")).mode & 0o7777, 0o644);
    assert.deepEqual(readdirSync(path("/etc/parbake")).toSorted(), ["parbake.yaml", "templates"]);
  });

  for (const [what, occupy] of [
    ["a file", (path: string) => writeFileSync(path, "mine")],
    ["a dangling symlink", (path: string) => symlinkSync("/nowhere", path)],
    ["a folder", (path: string) => mkdirSync(path)],
  ] as const)
    it(`replace nothing, and are all taken back, where the last one is ${what} already`, () => {
      const { root, path } = makeScratch();
      mkdirSync(path("/etc/parbake"), { recursive: true });
      occupy(path("/etc/parbake/parbake.yaml"));
      assert.throws(() => writeNewFiles(root, FILES), /parbake\.yaml is there already, and init replaces nothing/);
      assert.deepEqual(readdirSync(path("/etc/parbake")), ["parbake.yaml"]);
    });

  it("are not written through a symlink, and leave no folder that they made", () => {
    const { root, path } = makeScratch();
    mkdirSync(path("/etc/other"), { recursive: true });
    symlinkSync("other", path("/etc/linked"));
    const files = [FILES[0]!, { path: "/etc/linked/x", text: "x" }];
    assert.throws(() => writeNewFiles(root, files), /is a symlink, and a folder was expected/);
    assert.deepEqual([existsSync(path("/etc/parbake")), readdirSync(path("/etc/other"))], [false, []]);
  });

  it("are not written where others could replace them", () => {
    const { root, path } = makeScratch();
    mkdirSync(path("/etc/parbake"), { recursive: true });
    chmodSync(path("/etc/parbake"), 0o777);
    assert.throws(() => writeNewFiles(root, FILES), /may be written to by every user/);
  });
});
