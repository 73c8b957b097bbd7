import assert from "node:assert/strict";
import { brotliDecompressSync } from "node:zlib";
import { parseArchive } from "../../agent/carried-archive.ts";
import { listCarried, readCarried } from "../../agent/carried.ts";
import { packCarried } from "../../scripts/building/pack-carried.ts";

describe("what the executable carries", () => {
  it("is listed by folder, in order and with all below it", () => {
    const templates = listCarried("templates");
    assert.ok(templates.includes("templates/nginx.conf.hbs"));
    assert.ok(templates.includes("templates/secrets/tls.pem.hbs"));
    assert.deepEqual(templates, templates.toSorted());
    assert.ok(listCarried("systemd").includes("systemd/parbake-ready@.service"));
  });

  it("is read by path", () => {
    assert.match(readCarried("systemd/parbake.service"), /^ExecStart=\/usr\/bin\/parbake apply$/m);
  });

  it("is nothing else of the source tree", () => {
    assert.throws(() => readCarried("package.json"), { message: "package.json is not carried: see CARRIED" });
  });

  it("is in the asset as it is in the tree", () => {
    const { entries, bodies } = parseArchive(packCarried({}));
    for (const path of [...listCarried("templates"), ...listCarried("systemd"), "README.md"]) {
      const { at, bytes } = entries.get(path)!;
      assert.equal(brotliDecompressSync(bodies.subarray(at, at + bytes)).toString("utf8"), readCarried(path), path);
    }
  });
});
