import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readFile, readlink, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { attempt, run } from "./support/command.ts";
import { installParbake } from "./support/image.ts";
import { describeWhere } from "./support/requirements.ts";

const INSTALL = new URL("../../systemd/install", import.meta.url).pathname;
const UNITS = ["nginx.service", "postgresql@.service", "cache@1.service"];
const SYSTEM = "etc/systemd/system";

// systemd-analyze's own measure in tenths, 0 (sealed) to 100 (open), of an image without a config. hardening.test.ts has those of a
// machine with one.
const MOST_EXPOSURE = {
  "parbake.service": 36,
  "parbake-refresh.service": 34,
  "parbake-ready@nginx.service": 25,
  "parbake-over.service": 7,
  "parbake-held.service": 7,
  "parbake-console.service": 11,
};

describeWhere({ programs: ["systemd-analyze"] }, "the units and their installation", function () {
  let root: string;
  let binary: string;
  const install = () => installParbake(root, UNITS, binary);

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "parbake-units-"));
    binary = join(root, "built");
    await writeFile(binary, "#!/bin/sh\n", { mode: 0o755 });
    await cp("/usr/lib/systemd/system", join(root, "usr/lib/systemd/system"), {
      recursive: true,
      verbatimSymlinks: true,
    });
    // All that the units of parbake run.
    await mkdir(join(root, "bin"));
    await writeFile(join(root, "bin/sh"), "#!/bin/sh\n", { mode: 0o755 });
    for (const unit of ["nginx.service", "postgresql@.service", "cache@.service"])
      await writeFile(join(root, "usr/lib/systemd/system", unit), "[Service]\nExecStart=/usr/bin/parbake\n");
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it("pass systemd-analyze verify, which prints nothing", async () => {
    await install();
    const units = [
      "parbake.service",
      "parbake-retry.timer",
      "parbake-ready@nginx.service",
      "parbake-refresh.service",
      "parbake-refresh.timer",
      "parbake-over.service",
      "parbake-held.service",
      "run-parbake-secrets.mount",
      "nginx.service",
    ];
    const { status, stdout, stderr } = await attempt(["systemd-analyze", `--root=${root}`, "verify", ...units]);
    assert.deepEqual({ status, said: stdout + stderr }, { status: 0, said: "" });
  });

  for (const [unit, most] of Object.entries(MOST_EXPOSURE))
    it(`have ${unit} no more exposed than its threshold`, async () => {
      await install();
      const security = ["security", "--offline=true", `--threshold=${most}`, unit];
      const { status, stdout } = await attempt(["systemd-analyze", `--root=${root}`, ...security]);
      assert.equal(status, 0, stdout);
    });

  it("have parbake.service no more exposed than 2.8 with a config that starts no programs", async () => {
    await mkdir(join(root, "etc/parbake/templates"), { recursive: true });
    await mkdir(join(root, "run"));
    await writeFile(join(root, "etc/parbake/parbake.yaml"), "files: [{ template: a.env.hbs, path: /etc/a.env }]\n");
    await writeFile(join(root, "etc/parbake/templates/a.env.hbs"), "A=1\n");
    await install();
    const security = ["security", "--offline=true", "--threshold=28", "parbake.service"];
    const { status, stdout } = await attempt(["systemd-analyze", `--root=${root}`, ...security]);
    assert.equal(status, 0, stdout);
  });

  it("take over rotated secrets by themselves only where that was asked for", async () => {
    const wants = join(root, SYSTEM, "timers.target.wants/parbake-refresh.timer");
    await install();
    await assert.rejects(readlink(wants), { code: "ENOENT" });
    await run([INSTALL, "--root", root, "--binary", binary, "--refresh"]);
    assert.equal(await readlink(wants), "/usr/lib/systemd/system/parbake-refresh.timer");
    assert.equal(await run(["systemctl", `--root=${root}`, "is-enabled", "parbake-refresh.timer"]), "enabled");
  });

  it("make each named unit wait for parbake, instances and templates too", async () => {
    await install();
    for (const unit of UNITS) {
      const dropIn = await readFile(join(root, SYSTEM, `${unit}.d/10-parbake.conf`), "utf8");
      assert.match(dropIn, /^Requires=parbake-ready@%N\.service$/m);
      assert.match(dropIn, /^After=parbake-ready@%N\.service$/m);
    }
  });

  it("are enabled, and a second installation changes nothing and says nothing", async () => {
    assert.match(await install(), /^installed \/usr\/bin\/parbake$/m);
    assert.equal(await run(["systemctl", `--root=${root}`, "is-enabled", "parbake.service"]), "enabled");
    const before = await snapshot(root);
    assert.equal(await install(), "nothing to do");
    assert.deepEqual(await snapshot(root), before);
  });

  it("refuse a unit that the image lacks, before anything is installed", async () => {
    const argv = [INSTALL, "--root", root, "--binary", binary, "--unit", "nginx.service", "--unit", "ngnix.service"];
    const { status, stderr } = await attempt(argv);
    assert.equal(status, 78);
    assert.match(stderr, /the image has no ngnix\.service\. Install its package first, or correct its name\./);
    await assert.rejects(stat(join(root, "usr/bin/parbake")), { code: "ENOENT" });
  });

  for (const [title, argv, message] of [
    ["an unknown option", ["--force"], /install has no option --force/],
    ["an option without its value", ["--unit"], /--unit has no value/],
    [
      "a unit name without its type",
      ["--unit", "nginx"],
      /--unit nginx is not .* Give it with its suffix: nginx\.service/,
    ],
    ["a path in place of a unit name", ["--unit", "/lib/nginx.service"], /is not a unit that can wait/],
    ["a unit that none starts", ["--unit", "nginx.slice"], /is not a unit that can wait.* Name a service/],
    ["a unit name that is an option", ["--unit", "-Hevil.service"], /Remove the hyphen at its beginning/],
    ["a unit name that is two", ["--unit", "nginx.service sshd.service"], /is not a unit that can wait/],
    ["a unit name of a pattern", ["--unit", "*.service"], /is not a unit that can wait/],
    ["a binary that does not exist", ["--binary", "/nowhere/parbake"], /\/nowhere\/parbake does not exist/],
  ] as const)
    it(`refuse ${title}`, async () => {
      const { status, stderr } = await attempt([INSTALL, "--root", root, ...argv]);
      assert.equal(status, 64);
      assert.match(stderr, message);
    });
});

function snapshot(root: string): Promise<string> {
  return run(["find", root, "-printf", "%p %i %m %T@ %C@\n"]);
}
