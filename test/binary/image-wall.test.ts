import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { startEmulator, type Emulator } from "../../scripts/emulator/emulator.ts";
import { makeFolder } from "../support/folders.ts";
import { BINARY, makeScratchImage, runProgram, type ScratchImage } from "./support/scratch-image.ts";

const MADE_OUTSIDE = { kind: "make-folder", path: "/etc/../../x", trust: { uids: [], gids: [] }, newInode: "1" };
const INSTALL = join(import.meta.dirname, "../../systemd/install");

/** The image lies in a folder beside which `host` stands for the machine that it is mounted on. */
describe("an image that parbake acts on with --root", function () {
  this.timeout(60_000);
  let emulator: Emulator;
  let host: string;
  const images: ScratchImage[] = [];

  before(async () => {
    emulator = await startEmulator({ world: {} });
  });
  after(async () => {
    await emulator.close();
  });
  beforeEach(() => {
    host = makeFolder(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "host", "test");
  });
  afterEach(() => {
    for (const image of images.splice(0)) image.remove();
  });

  function make(config: string): ScratchImage {
    const image = makeScratchImage(config);
    images.push(image);
    return image;
  }

  function link(image: ScratchImage, text: string, path: string): void {
    mkdirSync(dirname(join(image.root, path)), { recursive: true });
    rmSync(join(image.root, path), { recursive: true, force: true });
    symlinkSync(text, join(image.root, path));
  }

  function writeHost(path: string, text: string): string {
    mkdirSync(dirname(join(host, path)), { recursive: true });
    writeFileSync(join(host, path), text);
    return join(host, path);
  }

  const FILE = `files: [ { template: a.hbs, path: /etc/web/a, format: text } ]\n`;

  function entry(path: string, text: string): object {
    const [uid, gid] = [process.geteuid!(), process.getegid!()];
    return {
      kind: "file",
      path,
      sha256: createHash("sha256").update(text).digest("hex"),
      sizeBytes: text.length,
      uid,
      gid,
      mode: 0o644,
      writtenAt: "2026-02-03T04:05:06.000Z",
      runId: "x",
      created: true,
      keepsEdits: false,
      onChange: [],
      plainSinceNs: null,
    };
  }

  it("has no word on the host's files in its record of managed files", async () => {
    // The image is mounted at /mnt of what stands for the host.
    const mounted = make(FILE);
    const root = join(mounted.root, "mnt");
    mkdirSync(root);
    for (const folder of ["etc", "run"]) renameSync(join(mounted.root, folder), join(root, folder));
    mounted.write("mnt/etc/parbake/templates/a.hbs", "a\n");
    mounted.write("mnt/etc/web/gone", "x");
    mounted.write("victim", "x");
    const files = [entry("/etc/../../victim", "x"), entry("/etc/web/gone", "x")];
    mounted.write("mnt/var/lib/parbake/managed.json", JSON.stringify({ schema: 1, runId: "x", files }));
    const { status, stderr } = await runProgram(emulator, [BINARY, "apply", "--root", root]);
    assert.equal(status, 0, stderr);
    assert.equal(mounted.read("victim"), "x");
    // The other is the image's, and no longer declared.
    assert.deepEqual(readdirSync(join(root, "etc/web")), ["a"]);
  });

  for (const [what, wrong] of [
    ["a folder to remove that climbs out", { changes: [MADE_OUTSIDE] }],
    ["a change of a folder that climbs out", { path: "/etc/web/../../../x" }],
    ["a change of a file that climbs out", { path: "/etc/../../x/victim" }],
    ["a record whose paths climb out", { managed: { runId: "x", files: [entry("/../x", "x")], plain: [] } }],
    ["a unit that is an option of systemctl's", { unit: "-Hevil.service" }],
  ] as const)
    it(`has its journal forgotten with a word where that holds ${what}`, async () => {
      const image = make(FILE);
      image.write("etc/parbake/templates/a.hbs", "a\n");
      const path = "path" in wrong ? wrong.path : "/etc/web/b";
      const trust = { uids: [], gids: [] };
      const change = { kind: "create", path, trust, newName: ".b.parbake-tmp.0123456789abcdef", newInode: "1" };
      const unit = "unit" in wrong ? wrong.unit : "a.service";
      const journal = {
        schema: 1,
        phase: "rollback",
        bootId: readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(),
        since: "2026-02-03T04:05:06.000Z",
        managed: null,
        changes: [change],
        followUp: { reloadsManager: true, actions: [{ unit, action: "restart" }], healthChecks: [] },
        ...wrong,
      };
      image.write("var/lib/parbake/journal.json", JSON.stringify(journal));
      const { status, stderr } = await image.run(emulator, "apply");
      assert.equal(status, 0, stderr);
      assert.match(stderr, /journal\.json is not a journal of this version of parbake: discarded/);
    });

  it("restarts no unit of this machine for its journal, be that of this very boot", async () => {
    const image = make(FILE);
    image.write("etc/parbake/templates/a.hbs", "a\n");
    const journal = {
      schema: 1,
      phase: "rollback",
      bootId: readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(),
      since: "2026-02-03T04:05:06.000Z",
      managed: null,
      changes: [],
      followUp: { reloadsManager: true, actions: [{ unit: "a.service", action: "restart" }], healthChecks: [] },
    };
    image.write("var/lib/parbake/journal.json", JSON.stringify(journal));
    const log = join(host, "log");
    writeHost("bin/systemctl", `#!/bin/sh\necho "$@" >>${log}\n`);
    chmodSync(join(host, "bin/systemctl"), 0o755);
    const { status, stderr } = await runIn(image, "apply");
    assert.equal(status, 0, stderr);
    assert.match(stderr, /an earlier run was cut short while it restored the old files, and is rolled back now/);
    assert.equal(existsSync(log), false);
  });

  // Where parbake looks for programs is fixed, so the stand-in is mounted there, in a namespace of the run's own.
  function runIn(image: ScratchImage, command: string) {
    if (process.geteuid!() !== 0) return image.run(emulator, command);
    return image.runMounted(`mount --bind ${join(host, "bin")} /usr/sbin`, emulator, command);
  }

  it("is judged by what its own links lead to: a validator and a unit behind absolute links", async () => {
    const image = make(`files:
  - { template: a.hbs, path: /etc/web/a, format: text, validate: [ /bin/tool, "{}" ], onChange: { reload: a.service } }
`);
    image.write("etc/parbake/templates/a.hbs", "a\n");
    image.write("usr/bin/tool-1", "#!/bin/sh\n");
    chmodSync(join(image.root, "usr/bin/tool-1"), 0o755);
    link(image, "/usr/bin", "bin");
    link(image, "/etc/alternatives/tool", "usr/bin/tool");
    link(image, "../../../../usr/bin/tool-1", "etc/alternatives/tool");
    image.write("opt/units/a.service", "[Service]\n");
    link(image, "/opt/units", "usr/lib/systemd/system");
    // There is no shell in it.
    const good = await image.run(null, "check", "--no-validators");
    assert.equal(good.status, 0, good.stderr);

    // What only the host has is not in the image.
    link(image, writeHost("tool", "#!/bin/sh\n"), "etc/alternatives/tool");
    chmodSync(join(host, "tool"), 0o755);
    link(image, dirname(writeHost("units/a.service", "")), "usr/lib/systemd/system");
    const bad = await image.run(null, "check");
    assert.equal(bad.status, 78, bad.stderr);
    assert.match(bad.stderr, /the validator of \/etc\/web\/a, \/bin\/tool, is not in the image/);
    assert.match(bad.stderr, /\/etc\/web\/a is to reload a\.service, which is not in the image/);
  });

  it("has its config, templates and accounts behind links of its own, and never the host's", async () => {
    const image = make("");
    image.write("usr/share/site/parbake.yaml", FILE.replace("format: text", "format: text, owner: site"));
    image.write(
      "usr/share/site/passwd",
      `root:x:0:0::/:/bin/false\nsite:x:${process.geteuid!()}:${process.getegid!()}::/:/bin/false\n`,
    );
    image.write("usr/share/site/templates/a.hbs", "from the image\n");
    link(image, "/usr/share/site/parbake.yaml", "etc/parbake/parbake.yaml");
    link(image, "/usr/share/site/templates", "etc/parbake/templates");
    link(image, "/usr/share/site/passwd", "etc/passwd");
    const good = await image.run(emulator, "apply");
    assert.equal(good.status, 0, good.stderr);
    assert.equal(image.read("etc/web/a"), "from the image\n");

    for (const [path, text] of [
      ["templates", `templates: ../../../../../../../..${join(host, "templates")}\n`],
      ["link", ""],
    ] as const) {
      const file = writeHost("templates/a.hbs", "from the host\n");
      image.write("usr/share/site/parbake.yaml", `${text}${FILE}`);
      if (path === "link") link(image, file, "usr/share/site/templates/a.hbs");
      const bad = await image.run(emulator, "apply");
      assert.equal(bad.status, 78, bad.stderr);
      assert.equal(image.read("etc/web/a"), "from the image\n");
    }
  });
});

/** Everything below a folder with its time of change. */
function listAll(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .toSorted()
    .map((path) => `${path} ${lstatSync(join(folder, path), { bigint: true }).ctimeNs}`);
}

describe("systemd/install --root", function () {
  this.timeout(60_000);
  let base: string;
  let root: string;
  let host: string;

  beforeEach(() => {
    base = makeFolder(tmpdir(), "install", "test");
    [root, host] = [join(base, "image"), join(base, "host")];
    for (const folder of ["etc/systemd", "usr/bin", "usr/lib/systemd/system"])
      for (const each of [root, host]) mkdirSync(join(each, folder), { recursive: true });
    mkdirSync(join(host, "parbake"));
    writeFileSync(join(root, "usr/lib/systemd/system/app.service"), "[Service]\n");
    writeFileSync(join(base, "binary"), "#!/bin/sh\n");
  });

  function link(text: string, path: string): void {
    rmSync(join(root, path), { recursive: true, force: true });
    mkdirSync(dirname(join(root, path)), { recursive: true });
    symlinkSync(text, join(root, path));
  }

  function install(...more: string[]) {
    return runProgram(null, [
      INSTALL,
      "--root",
      root,
      "--binary",
      join(base, "binary"),
      "--unit",
      "app.service",
      ...more,
    ]);
  }

  it("writes within the image what links lead out of it, absolute or climbing, and never touches the host", async () => {
    link(join(host, "etc/systemd"), "etc/systemd");
    link(`../../..${join(host, "usr/bin")}`, "usr/bin");
    link(join(host, "parbake"), "etc/parbake");
    link("usr/lib", "lib");
    const before = listAll(host);
    const { status, stderr } = await install();
    assert.equal(status, 0, stderr);
    assert.deepEqual(listAll(host), before);
    const inside = (path: string) => join(root, host, path);
    assert.equal(statSync(inside("usr/bin/parbake")).mode & 0o777, 0o755);
    assert.deepEqual(readdirSync(inside("parbake")), ["parbake.d", "templates"]);
    assert.deepEqual(readdirSync(inside("etc/systemd/system")), ["app.service.d", "multi-user.target.wants"]);
    const again = await install();
    assert.deepEqual([again.status, again.stdout], [0, "nothing to do\n"]);
  });

  it("replaces a link or a pipe at the path of a file, follows no link and never waits for a writer", async () => {
    writeFileSync(join(host, "victim"), "host's");
    for (const path of ["usr/bin/parbake", "usr/bin/parbake.new", "usr/lib/systemd/system/parbake.service"])
      link(join(host, "victim"), path);
    link(join(host, "parbake"), "etc/systemd/system/app.service.d/10-parbake.conf");
    assert.equal(
      (await runProgram(null, ["mkfifo", join(root, "usr/lib/systemd/system/parbake-held.service")])).status,
      0,
    );
    const before = listAll(host);
    const { status, stderr } = await install();
    assert.equal(status, 0, stderr);
    assert.deepEqual(listAll(host), before);
    assert.equal(lstatSync(join(root, "usr/bin/parbake")).isFile(), true);
    assert.equal(lstatSync(join(root, "etc/systemd/system/app.service.d/10-parbake.conf")).isFile(), true);
  });

  it("installs into an image with a merged /usr, whose links are relative or absolute", async () => {
    link("usr/lib", "lib");
    link("/usr/bin", "bin");
    const { status, stdout, stderr } = await install();
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^installed \/usr\/bin\/parbake\n/);
    assert.equal(existsSync(join(root, "usr/bin/parbake")), true);
  });

  it("does not take an empty --root for the running system", async () => {
    const { status, stderr } = await runProgram(null, [INSTALL, "--root", "", "--binary", join(base, "none")]);
    assert.equal(status, 64);
    assert.match(stderr, /^parbake: --root has no value\. /);
  });

  it("refuses links without end", async () => {
    link("/etc/parbake", "etc/parbake");
    const { status, stderr } = await install();
    assert.equal(status, 78);
    assert.match(stderr, /\/etc\/parbake leads through more than 40 symlinks/);
  });
});
