import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, statSync, symlinkSync } from "node:fs";
import type { Baked, BakeManifest } from "../../../agent/bake/manifest.ts";
import { readBaked, readBakedFiles } from "../../../agent/bake/read-manifest.ts";
import { writeDropIns } from "../../../agent/bake/write-drop-ins.ts";
import { writeManifest } from "../../../agent/bake/write-manifest.ts";
import type { Config } from "../../../agent/config/config.ts";
import { readConfig } from "../../../agent/config/read/read-config.ts";
import { inspectImage } from "../../../agent/inspect/compare-bake.ts";
import { makeScratch, type Scratch } from "../support/scratch.ts";
import { trustingInputs } from "../support/trusting.ts";

const BAKED: Baked = {
  bakedAt: "2026-11-29T21:00:00Z",
  baseImage: "ami-0123456789abcdef0",
  family: null,
  sourceCommit: "abc1234",
  parbake: { version: "0.1.0", commit: "def5678" },
};

const DROP_IN = "/etc/systemd/system/api.service.d/60-parbake-credentials.conf";

function bake(): Scratch & { readonly config: Config } {
  const scratch = makeScratch();
  const { root, path, write } = scratch;
  write("etc/os-release", 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n');
  write(
    "var/lib/dpkg/status",
    "Package: nginx\nStatus: install ok installed\nVersion: 1.22.1-9\nArchitecture: amd64\n",
  );
  write("boot/vmlinuz-6.1.0-40-amd64", "");
  const key = "password: { file: db/password, units: [api.service] }";
  write(
    "etc/parbake/parbake.yaml",
    `apps: { web: { profile: nginx } }\nsecrets: { db: { id: prod/db, keys: { ${key} } } }\n`,
  );
  write("etc/parbake/parbake.d/more.yaml", "vars: { a: b }\n");
  write("etc/parbake/templates/shared/head.hbs", "x");
  write("etc/parbake/environment", "AWS_SECRET_ACCESS_KEY=hunter2\n");
  write("usr/lib/systemd/system/parbake.service", "[Service]\n");
  write("usr/lib/systemd/system/nginx.service", "[Service]\n");
  write("etc/systemd/system/api.service.d/10-parbake.conf", "[Unit]\n");
  write("etc/systemd/system/api.service.d/override.conf", "[Unit]\n");
  write("usr/bin/parbake", "program");
  return { ...scratch, config: readConfig(path("etc/parbake/parbake.yaml"), root, trustingInputs(root)).config };
}

function readManifest({ path }: Scratch): BakeManifest {
  return JSON.parse(readFileSync(path("usr/share/parbake/bake.json"), "utf8")) as BakeManifest;
}

describe("writeManifest", () => {
  it("describes packages, kernel, distribution and who baked what", () => {
    const image = bake();
    assert.deepEqual(writeManifest(BAKED, image.config, image.root).findings, []);
    const { inputs: _, inputFolders, ...manifest } = readManifest(image);
    assert.deepEqual(manifest, {
      schema: 1,
      ...BAKED,
      os: { id: "debian", version: "12", name: "Debian GNU/Linux 12 (bookworm)" },
      kernels: ["6.1.0-40-amd64"],
      bootKernel: null,
      packageFormat: "deb",
      packages: [{ name: "nginx", version: "1.22.1-9", arch: "amd64" }],
    });
    assert.deepEqual(inputFolders, ["/etc/parbake/parbake.d", "/etc/parbake/templates"]);
    assert.equal(statSync(image.path("usr/share/parbake/sbom.cdx.json")).mode & 0o777, 0o644);
  });

  it("has the digest of config, templates, parbake's units and its program, and of no other file: none of what may hold a secret", () => {
    const image = bake();
    writeDropIns(image.config, image.root);
    writeManifest(BAKED, image.config, image.root);
    const { inputs } = readManifest(image);
    assert.deepEqual(
      inputs.map(({ kind, path }) => [kind, path]),
      [
        ["config", "/etc/parbake/parbake.yaml"],
        ["config", "/etc/parbake/parbake.d/more.yaml"],
        ["template", "/etc/parbake/templates/shared/head.hbs"],
        ["unit", "/etc/systemd/system/api.service.d/10-parbake.conf"],
        ["unit", DROP_IN],
        ["unit", "/usr/lib/systemd/system/parbake.service"],
        ["program", "/usr/bin/parbake"],
      ],
    );
    const program = createHash("sha256").update("program").digest("hex");
    assert.deepEqual(inputs.at(-1), { kind: "program", path: "/usr/bin/parbake", sizeBytes: 7, sha256: program });
  });

  it("has whatever a boot finds in its folders: a symlink to a template, a file beside the drop-ins", () => {
    const image = bake();
    image.write("opt/site.hbs", "y");
    symlinkSync("/opt/site.hbs", image.path("etc/parbake/templates/site.hbs"));
    symlinkSync("/nowhere", image.path("etc/parbake/templates/dangling.hbs"));
    image.write("etc/parbake/parbake.d/README", "z");
    writeManifest(BAKED, image.config, image.root);
    const { inputs } = readManifest(image);
    const paths = inputs.filter(({ kind }) => kind === "config" || kind === "template").map(({ path }) => path);
    assert.deepEqual(paths, [
      "/etc/parbake/parbake.yaml",
      "/etc/parbake/parbake.d/more.yaml",
      "/etc/parbake/parbake.d/README",
      "/etc/parbake/templates/shared/head.hbs",
      "/etc/parbake/templates/site.hbs",
    ]);
    assert.deepEqual(inspectImage(image.root, null, Date.now(), [])?.differences, []);
  });

  it("is read back; and an image without a config, or without packages, has one too", () => {
    const image = bake();
    writeManifest(BAKED, image.config, image.root);
    assert.deepEqual(readBaked(image.root), { kind: "read", document: BAKED });
    const bare = makeScratch();
    const { findings } = writeManifest(BAKED, null, bare.root);
    assert.deepEqual(
      findings.map(({ kind, severity }) => [kind, severity]),
      [["unknown-packages", "warn"]],
    );
    assert.deepEqual(readBakedFiles(bare.root), { kind: "read", document: { ...BAKED, inputs: [], inputFolders: [] } });
  });

  it("is written anew by a second seal, of the same bytes where nothing has changed", () => {
    const image = bake();
    writeManifest(BAKED, image.config, image.root);
    const before = statSync(image.path("usr/share/parbake/bake.json")).ino;
    writeManifest(BAKED, image.config, image.root);
    assert.equal(statSync(image.path("usr/share/parbake/bake.json")).ino, before);
  });
});

describe("readBaked", () => {
  it("knows an image that was never sealed from one whose manifest can't be read", () => {
    const { root, write } = makeScratch();
    assert.deepEqual(readBaked(root), { kind: "none" });
    for (const text of ["", "[]", "{}", '{"schema":2}', '{"schema":1,"bakedAt":"soon"}']) {
      write("usr/share/parbake/image.json", text);
      assert.deepEqual(readBaked(root), { kind: "unreadable" }, text);
    }
  });
});

describe("writeDropIns", () => {
  it("writes what apply would, says so, and has nothing to do the second time", () => {
    const { root, path, config } = bake();
    assert.deepEqual(
      writeDropIns(config, root).map((action) => [action.did, action.path]),
      [["wrote", DROP_IN]],
    );
    assert.match(
      readFileSync(path(DROP_IN.slice(1)), "utf8"),
      /\n\[Service\]\nLoadCredential=db\.password:\/run\/parbake\/secrets\/db\/password\n$/,
    );
    assert.equal(statSync(path(DROP_IN.slice(1))).mode & 0o777, 0o644);
    assert.deepEqual(writeDropIns(config, root), []);
  });
});
