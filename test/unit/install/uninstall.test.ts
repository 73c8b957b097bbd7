import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chownSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { formatHolder, ownIdentity } from "../../../agent/apply/state/lock-holder.ts";
import { STATE_FOLDER } from "../../../agent/apply/state/own-folders.ts";
import { newJournal, writeJournal } from "../../../agent/apply/transaction/journal.ts";
import { makeFolder } from "../../support/folders.ts";
import { makeImage, snapshot, type Image } from "./support/image.ts";

const SYSTEM = "etc/systemd/system";
const HOLD = `${SYSTEM}/app.service.d/10-parbake.conf`;

describe("parbake uninstall", () => {
  let image: Image;
  const install = (...more: string[]) => image.run("install", "--binary", image.binary, ...more);

  beforeEach(() => {
    image = makeImage();
  });

  for (const units of [[], ["app.service"], ["app.service", "db@.service", "db@main.service"]])
    it(`leaves the image as it was before the installation, with ${units.length} units, and says so the second time`, async () => {
      const before = snapshot(image.root);
      await install("--refresh", ...units.flatMap((unit) => ["--unit", unit]));
      assert.equal((await image.run("uninstall")).status, 0);
      assert.deepEqual(snapshot(image.root), before);
      assert.deepEqual(await image.run("uninstall"), { status: 0, out: "nothing to do\n", told: "" });
    });

  it("finishes what a killed installation or uninstallation has begun, wherever that was", async () => {
    const before = snapshot(image.root);
    await install("--unit", "app.service");
    for (const path of ["usr/bin/parbake", HOLD, "usr/lib/systemd/system/parbake.service"]) {
      rmSync(image.at(path));
      assert.equal((await image.run("uninstall")).status, 0);
      assert.deepEqual(snapshot(image.root), before);
      await install("--unit", "app.service");
    }
  });

  it("waits for the confirmation of a run, which its timer could not take back any more", async () => {
    await install();
    const until = new Date(Date.now() + 60_000).toISOString();
    const before = { secretsFolder: "/run/parbake/secrets", marks: [], links: [] };
    const journal = newJournal({ changes: [], followUp: { reloadsManager: false, actions: [], healthChecks: [] } });
    const trial = { runId: "a run", until, isTold: true, before };
    writeJournal(image.root, STATE_FOLDER, { ...journal, phase: "confirm", trial });
    const there = snapshot(image.root);
    const { status, told } = await image.run("uninstall");
    assert.equal(status, 75);
    assert.ok(told.includes(`waits for its confirmation until ${until}. Confirm it: parbake confirm.`), told);
    assert.deepEqual(snapshot(image.root), there);
    writeJournal(image.root, STATE_FOLDER, { ...journal, phase: "settle", trial });
    assert.equal((await image.run("uninstall")).status, 0);
  });

  it("removes what a killed installation left of parbake's files, and no other's temporary ones", async () => {
    const [tail, vendor] = ["parbake-tmp.0123456789abcdef", "usr/lib/systemd/system"];
    image.write(`usr/bin/.other.${tail}`, "a run's own");
    const before = snapshot(image.root);
    for (const path of [
      `usr/bin/.parbake.${tail}`,
      `${vendor}/.parbake-held.service.${tail}`,
      `${vendor}/parbake.service.d/.10-parbake-run.conf.${tail}`,
      `${SYSTEM}/app.service.d/.10-parbake.conf.${tail}`,
    ]) {
      image.write(path, "half");
      assert.equal((await image.run("uninstall")).out, `removed /${path}\n`);
      assert.deepEqual(snapshot(image.root), before);
    }
    await install("--unit", "app.service");
    image.write(`${vendor}/.parbake.service.${tail}`, "half");
    image.write(`${SYSTEM}/multi-user.target.wants/.parbake.service.${tail}`, "half");
    await image.run("uninstall");
    assert.deepEqual(snapshot(image.root), before);
  });

  it("removes what a seal has left of the image's description", async () => {
    image.write("usr/share/doc", "a file beside it");
    const before = snapshot(image.root);
    await install();
    for (const name of ["bake.json", "image.json", "sbom.cdx.json"]) image.write(`usr/share/parbake/${name}`, "{}");
    assert.match((await image.run("uninstall")).out, /^removed \/usr\/share\/parbake$/m);
    assert.deepEqual(snapshot(image.root), before);
  });

  it("removes the sandbox of the units, and leaves a person's own drop-in beside it", async () => {
    const before = snapshot(image.root);
    await install();
    image.write(
      `${SYSTEM}/parbake.service.d/20-parbake-sandbox.conf`,
      "# Made by parbake from its config: x\n[Service]\n",
    );
    assert.match(
      (await image.run("uninstall")).out,
      /^removed \/etc\/systemd\/system\/parbake\.service\.d\/20-parbake-sandbox\.conf$/m,
    );
    assert.deepEqual(snapshot(image.root), before);
    image.write(
      `${SYSTEM}/parbake.service.d/20-parbake-sandbox.conf`,
      "# Made by parbake from its config: x\n[Service]\n",
    );
    image.write(`${SYSTEM}/parbake.service.d/override.conf`, "[Service]\n");
    assert.match(
      (await image.run("uninstall")).out,
      /^left \/etc\/systemd\/system\/parbake\.service\.d: the operator's own/m,
    );
    assert.deepEqual(readdirSync(image.at(`${SYSTEM}/parbake.service.d`)), ["override.conf"]);
  });

  it("changes nothing with --dry-run", async () => {
    await install("--unit", "app.service");
    const before = snapshot(image.root, true);
    assert.match((await image.run("uninstall", "--dry-run")).out, /^not yet removed \/usr\/bin\/parbake$/m);
    assert.deepEqual(snapshot(image.root, true), before);
  });

  it("leaves the config and says so; --purge removes it", async () => {
    await install();
    image.write("etc/parbake/parbake.yaml", "files: []\n");
    assert.match((await image.run("uninstall")).out, /^left \/etc\/parbake: the config; --purge removes it$/m);
    assert.deepEqual(readdirSync(image.at("etc/parbake")), ["parbake.yaml"]);
    assert.equal((await image.run("uninstall", "--purge")).out, "removed /etc/parbake\n");
    assert.equal(existsSync(image.at("etc/parbake")), false);
  });

  it("removes the state of runs, the credentials' drop-ins and links, and an older version's units and drop-ins", async () => {
    const enabled = `${SYSTEM}/graphical.target.wants`;
    image.link(`${enabled}/app.service`, "/usr/lib/systemd/system/app.service");
    const before = snapshot(image.root);
    await install();
    const secret = "/run/parbake/secrets/db/password";
    record(image, [
      {
        kind: "secret",
        path: secret,
        versionIds: {},
        onChange: [{ action: "reload", unit: "web.service" }],
        attributes: OWNED,
      },
    ]);
    image.write("run/parbake/report.json", "{}");
    mkdirSync(image.at("run/parbake/secrets"));
    image.link("run/credstore/db.password", secret);
    image.link("run/credstore/others", "/srv/others");
    image.write(
      `${SYSTEM}/app.service.d/60-parbake-credentials.conf`,
      "# Made by parbake: the secrets of app.service\n",
    );
    image.write(
      `${SYSTEM}/app.service.d/60-parbake-share.conf`,
      "# Made by parbake: the share of app on this machine\n",
    );
    image.write(`${SYSTEM}/system-db.slice.d/60-parbake-share.conf`, "# Made by parbake: the CPU weight of db\n");
    image.write(`${SYSTEM}/db@.service.d/10-parbake.conf`, "[Unit]\nRequires=parbake.service\nAfter=parbake.service\n");
    image.write("usr/lib/systemd/system/parbake-held.target", "");
    image.link(`${enabled}/parbake.service`, "/usr/lib/systemd/system/parbake.service");
    const { status, out } = await image.run("uninstall");
    assert.equal(status, 0);
    assert.match(
      out,
      /^app\.service and web\.service had secrets of parbake, and keep what they have read until they end$/m,
    );
    for (const path of ["run/parbake", "var/lib/parbake", "run/credstore/db.password", `${SYSTEM}/app.service.d`])
      assert.equal(existsSync(image.at(path)), false, path);
    assert.deepEqual(readdirSync(image.at("run/credstore")), ["others"]);
    const after = snapshot(image.root).filter((line) => !line.startsWith("run"));
    assert.deepEqual(after, before);
  });

  it("empties a secrets folder that a config named, of what is parbake's", async () => {
    const store = "run/vault";
    record(image, [{ kind: "secret", path: `/${store}/db/password`, versionIds: {}, onChange: [], attributes: OWNED }]);
    image.write(`${store}/..gen-7/db/password`, "x");
    image.link(`${store}/..data`, "..gen-7");
    image.link(`${store}/db`, "..data/db");
    image.write(`${store}/others`, "x");
    assert.match((await image.run("uninstall")).out, /^emptied \/run\/vault$/m);
    assert.deepEqual(readdirSync(image.at(store)), ["others"]);
  });

  it("says that nothing finishes a run that was cut short", async () => {
    image.write("var/lib/parbake/journal.json", "[]");
    assert.match((await image.run("uninstall")).told, /an earlier run was cut short: what it had not finished/);
  });

  it("removes no folder that it did not make, and without a record those that are for parbake's pieces alone", async () => {
    await install("--unit", "app.service", "--unit", "db@.service");
    rmSync(image.at("var/lib/parbake"), { recursive: true });
    image.write(`${SYSTEM}/app.service.d/50-limits.conf`, "[Service]\n");
    await image.run("uninstall");
    assert.deepEqual(readdirSync(image.at(SYSTEM)), ["app.service.d"]);
    assert.deepEqual(readdirSync(image.at(`${SYSTEM}/app.service.d`)), ["50-limits.conf"]);
    assert.deepEqual(readdirSync(image.at("usr/lib/systemd/system")), ["app.service", "db@.service"]);
  });

  it("does nothing while a drop-in of its own has a person's lines in it", async () => {
    await install("--unit", "app.service");
    image.write(HOLD, `${image.read(HOLD)}StartLimitBurst=3\n`);
    const before = snapshot(image.root, true);
    const { status, told } = await image.run("uninstall");
    assert.equal(status, 78);
    assert.match(
      told,
      /10-parbake\.conf has lines beside parbake's own\. Move them into a drop-in of another name, then remove/,
    );
    assert.deepEqual(snapshot(image.root, true), before);
  });

  it("leaves what has its names and is not its own: drop-ins, overrides, what a link leads to", async () => {
    await install();
    image.write(HOLD, "[Unit]\nAfter=web.service\n");
    image.write(`${SYSTEM}/parbake.service.d/endpoints.conf`, "[Service]\n");
    image.link(`${SYSTEM}/db@.service.d/10-parbake.conf`, "/etc/shared.conf");
    image.write("etc/shared.conf", "[Unit]\nAfter=parbake-ready@%n.service\n");
    const { out } = await image.run("uninstall");
    assert.match(
      out,
      /^left \/etc\/systemd\/system\/app\.service\.d\/10-parbake\.conf: not parbake's, for all its name$/m,
    );
    assert.match(
      out,
      /^left \/etc\/systemd\/system\/parbake\.service\.d: the operator's own, for a unit of parbake's$/m,
    );
    for (const path of [HOLD, `${SYSTEM}/parbake.service.d/endpoints.conf`, "etc/shared.conf"])
      assert.equal(existsSync(image.at(path)), true, path);
  });

  it("leaves rendered files; --rendered removes those that were not there before and nobody has edited", async () => {
    await install();
    for (const name of ["made", "edited", "before"]) image.write(`etc/web/${name}`, name);
    image.write("srv/target", "linked");
    image.link("etc/web/linked", "/srv/target");
    const files = ["made", "edited", "before", "linked", "gone"].map((name) =>
      entry(`/etc/web/${name}`, name, name !== "before"),
    );
    record(image, files);
    image.write("etc/web/edited", "by hand");
    assert.match(
      (await image.run("uninstall", "--dry-run")).out,
      /^left \/etc\/web\/made: rendered by parbake; --rendered removes it$/m,
    );
    const { out } = await image.run("uninstall", "--rendered");
    assert.match(out, /^removed \/etc\/web\/made$/m);
    assert.match(out, /^left \/etc\/web\/edited: edited since parbake wrote it$/m);
    assert.match(out, /^left \/etc\/web\/before: there was one before parbake's, which is gone$/m);
    assert.match(out, /^left \/etc\/web\/linked: .*is a symlink to \/srv\/target$/m);
    assert.deepEqual(readdirSync(image.at("etc/web")), ["before", "edited", "linked"]);
  });

  it("removes a rendered file from a folder of the file's owner, and of nobody else", async function () {
    if (process.geteuid!() !== 0) this.skip();
    const [postgres, other] = [70_001, 70_002];
    for (const [name, uid] of [
      ["theirs", postgres],
      ["others", other],
    ] as const) {
      image.write(`etc/${name}/90-parbake.conf`, name);
      chownSync(image.at(`etc/${name}`), uid, uid);
      chownSync(image.at(`etc/${name}/90-parbake.conf`), postgres, postgres);
    }
    const files = ["theirs", "others"].map((name) => entry(`/etc/${name}/90-parbake.conf`, name, true));
    record(
      image,
      files.map((file) => ({ ...file, uid: postgres, gid: postgres })),
    );
    const { out } = await image.run("uninstall", "--rendered");
    assert.match(out, /^removed \/etc\/theirs\/90-parbake\.conf$/m);
    assert.match(out, /^left \/etc\/others\/90-parbake\.conf: .*\/etc\/others belongs to the user 70002/m);
    assert.deepEqual(readdirSync(image.at("etc/theirs")), []);
    assert.deepEqual(readdirSync(image.at("etc/others")), ["90-parbake.conf"]);
  });

  it("removes nothing that a package manager answers for", async () => {
    await install("--unit", "app.service");
    image.write("var/lib/dpkg/info/parbake.list", "/usr/bin/parbake\n/lib/systemd/system/parbake.service\n");
    const { out } = await image.run("uninstall");
    assert.match(out, /^left \/usr\/bin\/parbake: of the package parbake: apt or dnf removes it$/m);
    assert.match(out, /^removed \/usr\/lib\/systemd\/system\/parbake-held\.service$/m);
    for (const path of ["usr/bin/parbake", "usr/lib/systemd/system/parbake.service"])
      assert.equal(existsSync(image.at(path)), true, path);
    assert.equal(existsSync(image.at(HOLD)), false);
  });

  it("leaves the schema of a package, and removes beside it what a seal has left", async () => {
    await install();
    image.write("usr/share/parbake/bake.json", "{}");
    image.write("var/lib/dpkg/info/parbake.list", "/usr/share/parbake/parbake.schema.json\n");
    await image.run("uninstall");
    assert.deepEqual(readdirSync(image.at("usr/share/parbake")), ["parbake.schema.json"]);
  });

  it("is refused while a run goes on", async () => {
    await install();
    image.link("run/parbake/lock/1", formatHolder(ownIdentity()));
    const before = snapshot(image.root, true);
    const { status, told } = await image.run("uninstall");
    assert.equal(status, 75);
    assert.match(told, /Wait for its end\./);
    assert.deepEqual(snapshot(image.root, true), before);
  });

  it("never leaves the image, wherever its links lead", async () => {
    const host = makeFolder(dirname(image.root), "host", "test");
    for (const path of ["bin/parbake", "units/app.service.d/10-parbake.conf", "parbake/parbake.yaml", "state/x"]) {
      mkdirSync(dirname(join(host, path)), { recursive: true });
      symlinkSync("x", join(host, path));
    }
    const before = snapshot(host, true);
    for (const [path, text] of [
      ["usr/bin", join(host, "bin")],
      ["etc/systemd/system", `../../../../../../..${join(host, "units")}`],
      ["etc/parbake", join(host, "parbake")],
      ["var/lib/parbake", join(host, "state")],
      ["run/parbake", join(host, "state")],
    ] as const) {
      rmSync(image.at(path), { recursive: true, force: true });
      image.link(path, text);
    }
    for (const words of [
      ["uninstall", "--purge", "--rendered", "--dry-run"],
      ["uninstall", "--purge", "--rendered"],
      ["install", "--binary", image.binary],
      ["uninstall", "--purge"],
    ])
      await image.run(...words);
    assert.deepEqual(snapshot(host, true), before);
  });

  it("gives the same in JSON", async () => {
    await install();
    image.write("etc/parbake/parbake.yaml", "files: []\n");
    const document = JSON.parse((await image.run("uninstall", "--json")).out) as { changes: object[] };
    assert.deepEqual(document.changes.slice(-2), [
      { change: "removed", path: "/usr/bin/parbake" },
      { change: "removed", path: "/var/lib/parbake" },
    ]);
    assert.deepEqual(
      { ...document, changes: [] },
      {
        schema: 1,
        dryRun: false,
        changes: [],
        left: [{ path: "/etc/parbake", because: "the config; --purge removes it" }],
        hadSecrets: [],
      },
    );
  });
});

const OWNED = { uid: process.geteuid!(), gid: process.getegid!(), mode: 0o644 };

function record(image: Image, files: readonly object[]): void {
  image.write("var/lib/parbake/managed.json", JSON.stringify({ schema: 1, runId: "x", files }));
}

function entry(path: string, text: string, created: boolean): object {
  const sha256 = createHash("sha256").update(text).digest("hex");
  const run = {
    writtenAt: "2026-02-03T04:05:06.000Z",
    runId: "x",
    keepsEdits: false,
    onChange: [],
    plainSinceNs: null,
  };
  return { kind: "file", path, sha256, sizeBytes: text.length, ...OWNED, created, ...run };
}
