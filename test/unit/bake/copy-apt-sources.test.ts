import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { copyAptSources } from "../../../agent/bake/copy-apt-sources.ts";
import { makeScratch } from "../support/scratch.ts";

describe("copyAptSources", () => {
  it("has each key looked for in the image, on a line and in a stanza, and leaves all else as it is", () => {
    const { root, path, write } = makeScratch();
    const copies = makeScratch();
    write(
      "etc/apt/sources.list",
      "deb [arch=amd64 signed-by=/a.gpg,/b.gpg] http://x/debian /suite/\ndeb http://y/ z main\n",
    );
    write(
      "etc/apt/sources.list.d/debian.sources",
      "Types: deb\nURIs: http://x/debian\nSuites: trixie\nSigned-By: /usr/share/keyrings/c.gpg\n\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n /abc\n",
    );
    write("etc/apt/sources.list.d/old.list.save", "deb http://z/ z main\n");
    assert.deepEqual(copyAptSources(root, copies.root), {
      "Dir::Etc::sourcelist": copies.path("sources.list"),
      "Dir::Etc::sourceparts": copies.path("sources.list.d"),
    });
    assert.equal(
      readFileSync(copies.path("sources.list"), "utf8"),
      `deb [arch=amd64 signed-by=${path("a.gpg")},${path("b.gpg")}] http://x/debian /suite/\ndeb http://y/ z main\n`,
    );
    assert.equal(
      readFileSync(copies.path("sources.list.d/debian.sources"), "utf8"),
      `Types: deb\nURIs: http://x/debian\nSuites: trixie\nSigned-By: ${path("usr/share/keyrings/c.gpg")}\n\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n /abc\n`,
    );
    assert.deepEqual(readdirSync(copies.path("sources.list.d")), ["debian.sources"]);
  });

  it("makes do with an image that has none", () => {
    const copies = makeScratch();
    copyAptSources(makeScratch().root, copies.root);
    assert.equal(readFileSync(copies.path("sources.list"), "utf8"), "");
  });
});
