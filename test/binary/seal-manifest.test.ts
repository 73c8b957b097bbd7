// The compiled `seal` and `status` on a scratch image: what they load on demand is in the binary.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { BINARY, makeScratchImage, type ScratchImage } from "./support/scratch-image.ts";

const CONFIG = `apps: { web: { profile: nginx } }
seal: { updates: ignore }
files: [ { template: web.txt.hbs, path: /etc/web/web.txt } ]
`;

/** An AL2023's database of one package: a header with name, version, release and architecture, as rpm writes it. */
function writeRpmDatabase(image: ScratchImage): void {
  const tags = [
    [1000, "nginx"],
    [1001, "1.26.3"],
    [1002, "1.amzn2023.0.1"],
    [1022, "x86_64"],
  ] as const;
  const data = Buffer.from(tags.map(([, text]) => `${text}\0`).join(""));
  const header = new DataView(new ArrayBuffer(8 + 16 * tags.length));
  header.setUint32(0, tags.length);
  header.setUint32(4, data.length);
  tags.forEach(([tag, text], index) =>
    [tag, 6, data.indexOf(`${text}\0`), 1].forEach((value, at) => header.setUint32(8 + index * 16 + at * 4, value)),
  );
  mkdirSync(join(image.root, "var/lib/rpm"), { recursive: true });
  const database = new DatabaseSync(join(image.root, "var/lib/rpm/rpmdb.sqlite"));
  database.exec("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)");
  database.prepare("INSERT INTO Packages (blob) VALUES (?)").run(Buffer.concat([Buffer.from(header.buffer), data]));
  database.close();
}

describe("the compiled seal", () => {
  it("describes an image with rpm's database, and status then tells what was edited", async () => {
    const image = makeScratchImage(CONFIG);
    image.write("etc/os-release", 'ID="amzn"\nVERSION_ID="2023"\nPRETTY_NAME="Amazon Linux 2023"\n');
    image.write("etc/machine-id", "0123456789abcdef0123456789abcdef\n");
    writeRpmDatabase(image);
    const sealed = await image.run(null, "seal", "--clean", "--base-image", "ami-0123456789abcdef0");
    assert.equal(sealed.status, 0, sealed.stdout + sealed.stderr);
    const manifest = JSON.parse(image.read("usr/share/parbake/bake.json")) as Record<string, unknown>;
    const [, version] = /^parbake (\S+)/.exec(execFileSync(BINARY, ["--version"], { encoding: "utf8" }))!;
    assert.equal((manifest["parbake"] as { version: string }).version, version);
    assert.equal(manifest["baseImage"], "ami-0123456789abcdef0");
    assert.deepEqual(manifest["packages"], [{ name: "nginx", version: "1.26.3-1.amzn2023.0.1", arch: "x86_64" }]);
    assert.match(
      image.read("usr/share/parbake/sbom.cdx.json"),
      /"pkg:rpm\/amzn\/nginx@1\.26\.3-1\.amzn2023\.0\.1\?arch=x86_64&distro=amzn-2023"/,
    );
    assert.equal(image.read("etc/machine-id"), "");
    writeFileSync(join(image.root, "etc/parbake/templates/web.txt.hbs"), "edited\n");
    const { stdout } = await image.run(null, "status");
    assert.match(stdout, /^ +changed template \/etc\/parbake\/templates\/web\.txt\.hbs$/m);
  });
});
