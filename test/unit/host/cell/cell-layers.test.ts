import assert from "node:assert/strict";
import { chmodSync, lstatSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { writeLayers, type CellFile } from "../../../../agent/host/cell/cell-layers.ts";
import { makeFolder } from "../../../support/folders.ts";
import { makeScratch, OWN_GID, OWN_UID, type Scratch } from "../../support/scratch.ts";

describe("the layers of a cell", () => {
  let image: Scratch;
  let folder: string;
  const inLayer = (path: string) => join(folder, path);
  const modeOf = (path: string) => (lstatSync(inLayer(path)).mode & 0o7777).toString(8);
  const file = (path: string, text: string | null, mode = 0o640): CellFile => {
    const bytes = text === null ? null : Buffer.from(text);
    return { path, uid: OWN_UID, gid: OWN_GID, mode, bytes };
  };

  beforeEach(() => {
    image = makeScratch();
    folder = makeFolder("/dev/shm", "layers", "test");
  });

  it("have each new file below folders as the image has them, and as it will be", () => {
    image.write("etc/app/old.conf", "old");
    chmodSync(image.path("etc/app"), 0o711);
    chmodSync(image.root, 0o755);
    writeLayers(folder, image.root, [], [file("/etc/app/a.conf", "a"), file("/srv/new", null, 0o2750)]);
    assert.equal(readFileSync(inLayer("0/etc/app/a.conf"), "utf8"), "a");
    assert.deepEqual(["0", "0/etc", "0/etc/app", "0/etc/app/a.conf", "0/srv", "0/srv/new"].map(modeOf), [
      "755",
      "755",
      "711",
      "640",
      "755",
      "2750",
    ]);
  });

  it("have real folders where the kernel's file systems come, whatever links the image has there", () => {
    for (const name of ["proc", "sys", "dev"]) symlinkSync("/etc", image.path(name));
    writeLayers(folder, image.root, [], []);
    for (const name of ["proc", "sys", "dev"]) assert.ok(lstatSync(inLayer(`0/${name}`)).isDirectory());
  });

  it("follow links within the image, and never out of it", () => {
    mkdirSync(image.path("data/etc"), { recursive: true });
    symlinkSync("../../../data/etc", image.path("etc"));
    symlinkSync("/dev/shm", image.path("data/etc/out"));
    writeLayers(folder, image.root, [], [file("/etc/a", "a"), file("/etc/out/b", "b")]);
    assert.equal(readFileSync(inLayer("0/data/etc/a"), "utf8"), "a");
    assert.equal(readFileSync(inLayer("0/dev/shm/b"), "utf8"), "b");
  });

  it("are as many as the image's file systems, each file in its own", () => {
    for (const name of ["var/log", "var/lib"]) mkdirSync(image.path(name), { recursive: true });
    const files = [file("/var/log/a", "a"), file("/var/lib/b", "b"), file("/variable", "c")];
    writeLayers(folder, image.root, ["/var", "/var/log"], files);
    assert.equal(readFileSync(inLayer("2/a"), "utf8"), "a");
    assert.equal(readFileSync(inLayer("1/lib/b"), "utf8"), "b");
    assert.equal(readFileSync(inLayer("0/variable"), "utf8"), "c");
  });
});
