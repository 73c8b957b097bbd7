import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from "node:fs";
import { makeImage, snapshot, type Image } from "./support/image.ts";

const SYSTEM = "etc/systemd/system";

describe("parbake install", () => {
  let image: Image;
  const install = (...more: string[]) => image.run("install", "--binary", image.binary, ...more);

  beforeEach(() => {
    image = makeImage();
  });

  it("puts program, units, folders, what enables them and the drop-ins of held units in place, and says each", async () => {
    const { status, out } = await install("--unit", "app.service", "--unit", "db@main.service", "--refresh");
    assert.equal(status, 0);
    assert.deepEqual(out.split("\n"), [
      "installed /usr/bin/parbake",
      "installed /usr/lib/systemd/system/parbake.service",
      "installed /usr/lib/systemd/system/parbake-ready@.service",
      "installed /usr/lib/systemd/system/parbake-over.service",
      "installed /usr/lib/systemd/system/parbake-held.service",
      "installed /usr/lib/systemd/system/parbake-console.service",
      "installed /usr/lib/systemd/system/parbake-retry.timer",
      "installed /usr/lib/systemd/system/parbake-refresh.service",
      "installed /usr/lib/systemd/system/parbake-refresh.timer",
      "installed /usr/lib/systemd/system/run-parbake-secrets.mount",
      "installed /usr/lib/systemd/system/parbake.service.d/10-parbake-run.conf",
      "installed /usr/lib/systemd/system/parbake-refresh.service.d/10-parbake-run.conf",
      "installed /usr/lib/systemd/system-preset/50-parbake.preset",
      "installed /usr/lib/systemd/catalog/parbake.catalog",
      "installed /usr/share/parbake/parbake.schema.json",
      "created /etc/parbake",
      "created /etc/parbake/templates",
      "created /etc/parbake/parbake.d",
      "enabled /etc/systemd/system/multi-user.target.wants/parbake.service",
      "enabled /etc/systemd/system/timers.target.wants/parbake-refresh.timer",
      "installed /etc/systemd/system/app.service.d/10-parbake.conf",
      "installed /etc/systemd/system/db@main.service.d/10-parbake.conf",
      "",
    ]);
    assert.equal(lstatSync(image.at("usr/bin/parbake")).mode & 0o7777, 0o755);
    assert.equal(
      readlinkSync(image.at(`${SYSTEM}/multi-user.target.wants/parbake.service`)),
      "/usr/lib/systemd/system/parbake.service",
    );
    assert.match(image.read(`${SYSTEM}/app.service.d/10-parbake.conf`), /^Requires=parbake-ready@%N\.service$/m);
  });

  it("keeps the units to what the config needs, where there is one", async () => {
    image.write("etc/parbake/parbake.yaml", "files: [{ template: a.hbs, path: /srv/app/a, format: text }]\n");
    image.write("etc/parbake/templates/a.hbs", "x\n");
    mkdirSync(image.at("srv/app"), { recursive: true });
    assert.match(
      (await install()).out,
      /^installed \/etc\/systemd\/system\/parbake-refresh\.service\.d\/20-parbake-sandbox\.conf$/m,
    );
    assert.match(image.read(`${SYSTEM}/parbake.service.d/20-parbake-sandbox.conf`), /^ReadWritePaths=-\/srv\/app$/m);
    assert.equal((await install()).out, "nothing to do\n");
    image.write(`${SYSTEM}/parbake.service.d/20-parbake-sandbox.conf`, "[Service]\nNice=5\n");
    const { status, told } = await install();
    assert.equal(status, 78);
    assert.match(told, /sandbox\.conf has lines beside parbake's own\. Move them into a drop-in of another name/);
  });

  it("has an operator's override.conf come after each of its own drop-ins, and takes those of earlier names away", async () => {
    image.write("etc/parbake/parbake.yaml", "files: [{ template: a.hbs, path: /srv/a, format: text }]\n");
    image.write("etc/parbake/templates/a.hbs", "x\n");
    await install();
    const vendor = "usr/lib/systemd/system";
    const former = [
      `${vendor}/parbake.service.d/run.conf`,
      `${vendor}/parbake-refresh.service.d/run.conf`,
      `${SYSTEM}/parbake.service.d/sandbox.conf`,
      `${SYSTEM}/parbake-refresh.service.d/sandbox.conf`,
    ];
    const before = snapshot(image.root);
    for (const path of former) image.write(path, "# Made by parbake from its config: x\n[Service]\n");
    assert.deepEqual((await install()).out.split("\n"), [...former.map((path) => `removed /${path}`), ""]);
    assert.deepEqual(snapshot(image.root), before);
    for (const folder of [`${vendor}/parbake.service.d`, `${SYSTEM}/parbake.service.d`])
      for (const name of readdirSync(image.at(folder))) assert.ok(name < "override.conf", name);
    image.write(former[2]!, "[Service]\nNice=5\n");
    assert.match((await install()).told, /sandbox\.conf has lines beside parbake's own/);
  });

  it("leaves the units as they are where no run would take the config, and says so", async () => {
    image.write("etc/parbake/parbake.yaml", "fils: []\n");
    const { status, told } = await install();
    assert.equal(status, 0);
    assert.match(told, /warn: the config is not one that a run would take.* See what `parbake check` says/);
    assert.equal(existsSync(image.at(`${SYSTEM}/parbake.service.d`)), false);
  });

  it("changes nothing the second time, and says so", async () => {
    await install("--unit", "app.service");
    const before = snapshot(image.root, true);
    assert.deepEqual(await install("--unit", "app.service"), { status: 0, out: "nothing to do\n", told: "" });
    assert.deepEqual(snapshot(image.root, true), before);
  });

  it("writes nothing with --dry-run, and names what it would", async () => {
    const before = snapshot(image.root, true);
    const { status, out } = await install("--dry-run");
    assert.equal(status, 0);
    assert.match(out, /^not yet installed \/usr\/bin\/parbake$/m);
    assert.deepEqual(snapshot(image.root, true), before);
  });

  it("tells every problem before it changes anything", async () => {
    const before = snapshot(image.root, true);
    mkdirSync(image.at("etc/parbake/templates"), { recursive: true });
    chmodSync(image.at("etc/parbake/templates"), 0o757);
    mkdirSync(image.at("usr/bin/parbake"));
    const { status, told } = await install("--unit", "ap.service", "--unit", "gone@1.service");
    assert.equal(status, 78);
    assert.match(told, /the image has no ap\.service\. Install its package first, or correct its name\./);
    assert.match(told, /the image has no gone@1\.service/);
    assert.match(told, /usr\/bin\/parbake is a folder, and a file of parbake's belongs there/);
    assert.match(told, /etc\/parbake\/templates may be written to by every user/);
    chmodSync(image.at("etc/parbake/templates"), 0o755);
    execFileSync("rm", ["-r", image.at("etc/parbake"), image.at("usr/bin/parbake")]);
    const untouched = (line: string) => !/^(?:etc|usr\/bin) /.test(line);
    assert.deepEqual(snapshot(image.root, true).filter(untouched), before.filter(untouched));
  });

  it("refuses a drop-in of its own name with a person's lines in it, and leaves it as it is", async () => {
    await install("--unit", "app.service");
    const path = `${SYSTEM}/app.service.d/10-parbake.conf`;
    for (const text of [`${image.read(path)}[Service]\nMemoryMax=1G\n`, "[Unit]\nAfter=web.service\n"]) {
      image.write(path, text);
      const { status, told } = await install("--unit", "app.service");
      assert.equal(status, 78);
      assert.match(told, /10-parbake\.conf has lines beside parbake's own\. Move them into a drop-in of another name/);
      assert.equal(image.read(path), text);
      // Who does not name the unit leaves it alone.
      assert.equal((await install()).status, 0);
    }
    image.write(path, "# of an older version\n[Unit]\nRequires=parbake.service\nAfter=parbake.service\n");
    assert.equal((await install("--unit", "app.service")).out, `installed /${path}\n`);
  });

  it("holds no unit of parbake's own back: it would wait for itself, and no unit would ever start", async () => {
    await install();
    for (const unit of ["parbake.service", "parbake-ready@app.service", "parbake-retry.timer"]) {
      const { status, told } = await install("--unit", unit);
      assert.equal(status, 64);
      assert.match(
        told,
        /is parbake's own, and would wait for itself\. Name the services that need what parbake makes\./,
      );
    }
    assert.deepEqual(readdirSync(image.at(SYSTEM)), ["db@.service.d", "multi-user.target.wants"]);
  });

  it("warns that what it enables never starts, where the image masks it", async () => {
    image.link(`${SYSTEM}/parbake.service`, "/dev/null");
    const { status, told } = await install("--refresh");
    assert.equal(status, 0);
    assert.match(
      told,
      /parbake\.service masks parbake\.service, and systemd never starts it\. Remove the mask .*: rm \//,
    );
    assert.doesNotMatch(told, /refresh/);
  });

  it("refuses a unit that starts before parbake could, which would be a cycle", async () => {
    const early =
      "[Unit]\nDefaultDependencies=no\nBefore=shutdown.target sysinit.target\n[Service]\nExecStart=/bin/x\n";
    image.write(`${SYSTEM}/early.service`, early);
    image.write(`${SYSTEM}/late.service`, early.replace(" sysinit.target", ""));
    const { status, told } = await install("--unit", "early.service", "--unit", "late.service");
    assert.equal(status, 78);
    assert.match(told, /early\.service starts before basic\.target, and parbake after it: .* cycle/);
    assert.doesNotMatch(told, /late\.service/);
  });

  it("warns of a unit that only stands for its instances", async () => {
    image.write(`${SYSTEM}/pg.service`, "[Service]\nType=oneshot\nExecStart=/bin/true\nRemainAfterExit=on\n");
    image.write(`${SYSTEM}/pg@.service`, "[Service]\nExecStart=/usr/bin/pg %i\n");
    const { status, told } = await install("--unit", "pg.service", "--unit", "app.service");
    assert.equal(status, 0);
    assert.match(
      told,
      /pg\.service runs nothing itself \(ExecStart=\/bin\/true\): .* Hold those: --unit pg@\.service\./,
    );
    assert.doesNotMatch(told, /app\.service runs/);
  });

  it("refuses a binary for another machine than the image's programs are for", async () => {
    image.write("usr/bin/sh", "");
    writeFileSync(image.at("usr/bin/sh"), elf(183));
    image.link("bin", "/usr/bin");
    writeFileSync(image.binary, elf(62));
    const refused = await install();
    assert.equal(refused.status, 64);
    assert.match(refused.told, /the binary is for x86_64, and the programs of the image are for arm64/);
    assert.equal(existsSync(image.at("usr/bin/parbake")), false);
    writeFileSync(image.binary, elf(183));
    assert.equal((await install()).status, 0);
  });

  it("refuses a binary that is none", async () => {
    writeFileSync(image.binary, "PK");
    assert.match((await install()).told, /parbake is not a program/);
    const gone = await image.run("install", "--binary", "/nowhere/parbake");
    assert.deepEqual([gone.status, /\/nowhere\/parbake does not exist/.test(gone.told)], [64, true]);
    // From source, this process is Node.
    assert.match((await image.run("install")).told, /parbake runs from its source/);
  });

  it("replaces what another version of it installed, and removes what a killed one left", async () => {
    await install();
    image.write("usr/lib/systemd/system/parbake.service", "[Unit]\nDescription=old\n");
    image.write("usr/bin/.parbake.parbake-tmp.0123456789abcdef", "half");
    image.write("usr/bin/.other.parbake-tmp.0123456789abcdef", "a run's own");
    writeFileSync(image.binary, "#!/bin/sh\n# new\n");
    assert.equal(
      (await install()).out,
      "installed /usr/bin/parbake\ninstalled /usr/lib/systemd/system/parbake.service\n",
    );
    assert.deepEqual(readdirSync(image.at("usr/bin")), [".other.parbake-tmp.0123456789abcdef", "parbake"]);
  });

  it("leaves a package's files, and adds what holds units back and what enables it", async () => {
    await install();
    const list = ["/usr/bin/parbake", "/lib/systemd/system/parbake.service", "/etc/parbake"];
    image.write("var/lib/dpkg/info/parbake.list", `${list.join("\n")}\n`);
    const before = readFileSync(image.at("usr/bin/parbake"), "utf8");
    assert.equal(
      (await install("--unit", "app.service")).out,
      "installed /etc/systemd/system/app.service.d/10-parbake.conf\n",
    );
    writeFileSync(image.binary, "#!/bin/sh\n# new\n");
    const refused = await install();
    assert.equal(refused.status, 78);
    assert.match(refused.told, /\/usr\/bin\/parbake is of the package parbake, and of another version than this one/);
    assert.equal(image.read("usr/bin/parbake"), before);
  });

  it("gives the same in JSON", async () => {
    const { out } = await install("--json", "--dry-run");
    const document = JSON.parse(out) as { changes: { change: string; path: string }[] };
    assert.deepEqual(document.changes[0], { change: "installed", path: "/usr/bin/parbake" });
    assert.deepEqual({ ...document, changes: [] }, { schema: 1, dryRun: true, changes: [] });
  });
});

/** The beginning of an ELF file for a machine. */
function elf(machine: number): Buffer {
  const header = Buffer.alloc(64);
  header.write("\u007fELF\u0002\u0001\u0001", "latin1");
  header.writeUInt16LE(machine, 18);
  return header;
}
