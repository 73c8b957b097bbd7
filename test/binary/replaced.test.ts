import assert from "node:assert/strict";
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { startEmulator, type Emulator } from "../../scripts/emulator/emulator.ts";
import { findRootObstacle, makeRootedImage, NOBODY, startIntruder, type RootedImage } from "./support/rooted-image.ts";

const obstacle = findRootObstacle();

/** A config of files in /mnt/app, each with its validator. */
function configOf(files: Readonly<Record<string, string>>, owner = "root", more = ""): string {
  const lines = Object.entries(files).map(
    ([name, script]) =>
      `  - { template: a.hbs, path: /mnt/app/${name}, format: text, owner: ${owner}, validate: [ /bin/sh, -c, '${script}', sh, "{}" ] }`,
  );
  return `imds: optional\nsecretsGuarantee: swappable\n${more}files:\n${lines.join("\n")}\n`;
}

function leftovers({ root }: RootedImage): string[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
    (path) => path.includes("parbake-tmp") || path.endsWith("journal.json"),
  );
}

(obstacle === null ? describe : describe.skip)(
  `what is swapped in is what was validated${obstacle === null ? "" : ` (skipped: ${obstacle})`}`,
  function () {
    this.timeout(60_000);
    const images: RootedImage[] = [];
    let emulator: Emulator;

    before(async () => {
      emulator = await startEmulator({
        world: { secrets: [{ name: "prod/db", versions: [{ string: '{"password":"hunter22"}' }] }] },
      });
    });
    after(async () => {
      await emulator.close();
    });
    afterEach(() => {
      for (const image of images.splice(0)) image.remove();
    });

    function make(config: string): RootedImage {
      const image = makeRootedImage(config);
      images.push(image);
      return image;
    }

    const ROOTS =
      "A validator may only read the file that it is given, and so may any other program that runs as root.";

    for (const { what, script, how } of [
      { what: "replaces it by a symlink", script: "ln -sf /etc/shadow $1", how: "was replaced by a symlink" },
      { what: "writes it anew", script: "cp $1 $1.x; mv $1.x $1", how: "was replaced by another file" },
      { what: "makes a folder of it", script: "rm $1; mkdir $1", how: "was replaced by what is not a file" },
      { what: "removes it", script: "rm $1", how: "was removed" },
      { what: "appends to it", script: "echo evil >>$1", how: "was written to" },
      { what: "changes a byte of it", script: "printf N | dd of=$1 conv=notrunc status=none", how: "was written to" },
      { what: "changes its mode", script: "chmod 4755 $1", how: "got the mode 04755 instead of 0644" },
      { what: "gives it away", script: "chown 7:8 $1", how: "was given to 7:8 instead of 0:0" },
      { what: "gives it a second name", script: "ln $1 /mnt/other", how: "got a second name, a hard link" },
    ]) {
      it(`refuses the new file where its validator ${what}, and leaves every file unchanged`, async () => {
        const image = make(configOf({ a: "true", b: script }));
        chownSync(join(image.root, "mnt/app"), 0, 0);
        for (const name of ["a", "b"]) image.write(`mnt/app/${name}`, "old\n");
        const { status, stderr } = await image.apply(emulator);
        assert.equal(status, 73, stderr);
        const line = `/mnt/app/b is not swapped in: since parbake wrote its new file, that ${how}. ${ROOTS}`;
        assert.ok(stderr.includes(line), stderr);
        for (const name of ["a", "b"]) assert.equal(image.read(`mnt/app/${name}`), "old\n");
        assert.deepEqual(
          leftovers(image).filter((path) => !lstatSync(join(image.root, path)).isDirectory()),
          [],
        );
      });
    }

    it("refuses what a validator's child writes through a descriptor that it kept, while others are still validated", async () => {
      const late = "exec 3>>$1; (sleep 0.2; echo evil >&3) >/dev/null 2>&1 & exit 0";
      const image = make(configOf({ a: late, b: "sleep 0.7" }));
      chownSync(join(image.root, "mnt/app"), 0, 0);
      const { status, stderr } = await image.apply(emulator);
      assert.equal(status, 73, stderr);
      assert.match(stderr, /\/mnt\/app\/a is not swapped in: since parbake wrote its new file, that was written to/);
      assert.deepEqual(readdirSync(join(image.root, "mnt/app")), []);
    });

    it("refuses a generation of secrets that a validator wrote to, and says nothing of the value", async () => {
      const image = make(`secretsGuarantee: swappable
secrets: { db: { id: prod/db, keys: { password: { file: db/password } } } }
files:
  - { template: s.hbs, path: /run/parbake/secrets/app.env, format: text, mode: "0400", validate: [ /bin/sh, -c, "echo x >>$1", sh, "{}" ] }
`);
      image.write("etc/parbake/templates/s.hbs", "p={{secrets.db.password.value}}\n");
      const { status, stderr } = await image.apply(emulator);
      assert.equal(status, 73, stderr);
      assert.match(stderr, /\/run\/parbake\/secrets\/app\.env is not swapped in: .* that was written to/);
      assert.equal(stderr.includes("hunter22"), false);
      assert.deepEqual(readdirSync(join(image.root, "run/parbake/secrets")), []);
    });

    it("refuses a new file that its folder's owner moved away and back while it was validated", async () => {
      const image = make(configOf({ a: "sleep 0.7" }, "nobody"));
      const intruder = await startIntruder(
        join(image.root, "mnt/app"),
        `for (const name of fs.readdirSync(".")) if (name.includes("parbake-tmp") && !fs.existsSync("done")) {
          fs.renameSync(name, "away"); fs.writeFileSync(name, "valid"); fs.renameSync("away", name); fs.writeFileSync("done", ""); }`,
      );
      const { status, stderr } = await image.apply(emulator);
      await intruder.end();
      assert.equal(status, 73, stderr);
      assert.match(stderr, /\/mnt\/app\/a is not swapped in: .* that was moved or changed, and put back\./);
      assert.equal(existsSync(join(image.root, "mnt/app/a")), false);
    });

    it("never ends with 0 where the folder's owner replaces the new files in a loop, and never leaves a link in place", async () => {
      const names = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];
      const image = make(configOf(Object.fromEntries(names.map((name) => [name, "sleep 0.3"])), "nobody"));
      const folder = join(image.root, "mnt/app");
      for (const name of names) {
        image.write(`mnt/app/${name}`, "old\n");
        chownSync(join(folder, name), NOBODY, NOBODY);
      }
      const intruder = await startIntruder(
        folder,
        `for (const name of fs.readdirSync(".")) if (name.includes("parbake-tmp")) {
          fs.symlinkSync("/etc/shadow", "link"); fs.renameSync("link", name); }`,
      );
      const { status, stderr } = await image.apply(emulator);
      await intruder.end();
      assert.equal(status, 73, stderr);
      assert.match(stderr, /\/mnt\/app\/1 is not swapped in: .* that was replaced by a symlink/);
      assert.match(stderr, /check who may write to \/mnt\/app: \/mnt\/app belongs to the user 65534/);
      for (const name of names) {
        assert.equal(lstatSync(join(folder, name)).isSymbolicLink(), false, name);
        assert.equal(readFileSync(join(folder, name), "utf8"), "old\n");
      }
    });
  },
);

(obstacle === null ? describe : describe.skip)(
  `a file that is not the inspected one${obstacle === null ? "" : ` (skipped: ${obstacle})`}`,
  function () {
    this.timeout(60_000);
    const images: RootedImage[] = [];
    let emulator: Emulator;

    before(async () => {
      emulator = await startEmulator({ world: {} });
    });
    after(async () => {
      await emulator.close();
    });
    afterEach(() => {
      for (const image of images.splice(0)) image.remove();
    });

    function make(config: string): RootedImage {
      const image = makeRootedImage(config);
      images.push(image);
      return image;
    }

    /** Root's alone, in a folder of the user nobody. */
    function hide(image: RootedImage, name: string, text = "new\n"): string {
      const path = join(image.root, "mnt/app", name);
      image.write(`mnt/app/${name}`, text);
      chmodSync(path, 0o600);
      return path;
    }

    function attributesOf(path: string): string {
      const { uid, gid, mode } = statSync(path);
      return `${uid}:${gid} ${(mode & 0o7777).toString(8)}`;
    }

    it("is never given away: root's file, renamed to the target's name while another file is validated", async () => {
      const image = make(configOf({ a: "true", b: "sleep 0.7" }, "nobody"));
      const hidden = hide(image, "hidden", "root's\n");
      hide(image, "a");
      const inode = statSync(hidden).ino;
      const intruder = await startIntruder(
        join(image.root, "mnt/app"),
        `if (fs.readdirSync(".").some((name) => name.startsWith(".b."))) fs.renameSync("hidden", "a");`,
      );
      const { status, stderr } = await image.apply(emulator);
      await intruder.end();
      assert.equal(status, 73, stderr);
      assert.match(stderr, /\/mnt\/app\/a changed after parbake inspected it/);
      const target = join(image.root, "mnt/app/a");
      assert.deepEqual([statSync(target).ino, attributesOf(target)], [inode, "0:0 600"]);
    });

    it("is replaced and not given away where it was there before: root's file with the very content", async () => {
      const image = make(configOf({ a: "true" }, "nobody"));
      const inode = statSync(hide(image, "a")).ino;
      const { status, stderr } = await image.apply(emulator);
      assert.equal(status, 0, stderr);
      const target = join(image.root, "mnt/app/a");
      assert.equal(attributesOf(target), `${NOBODY}:${NOBODY} 644`);
      assert.notEqual(statSync(target).ino, inode);
    });

    it("is refused where it is a folder of root's with something in it, in another user's folder; an empty one is given its owner and mode", async () => {
      const folders = "folders: [ { path: /mnt/app/data, owner: nobody, mode: '0750' } ]\n";
      const image = make(configOf({ a: "true" }, "nobody", folders));
      const data = join(image.root, "mnt/app/data");
      image.write("mnt/app/data/key", "root's\n");
      chmodSync(data, 0o700);
      const check = await image.run(null, "check");
      assert.equal(check.status, 78, check.stderr);
      assert.match(
        check.stderr,
        /\/mnt\/app\/data is not empty, belongs to another user, and others could have put it there/,
      );
      const refused = await image.apply(emulator);
      assert.equal(refused.status, 77, refused.stderr);
      assert.match(
        refused.stderr,
        /the folder \/mnt\/app\/data is not empty, belongs to another user, and others could have put it there \(\/mnt\/app belongs to the user 65534\)/,
      );
      assert.equal(attributesOf(data), "0:0 700");

      const other = make(configOf({ a: "true" }, "nobody", folders));
      mkdirSync(join(other.root, "mnt/app/data"));
      const { status, stderr } = await other.apply(emulator);
      assert.equal(status, 0, stderr);
      assert.equal(attributesOf(join(other.root, "mnt/app/data")), `${NOBODY}:${NOBODY} 750`);
    });

    it("is changed with all that is in it where so far only root could have put it there, its parent given away in the same run", async () => {
      const folders =
        "folders: [ { path: /mnt/app, owner: nobody, mode: '0755' }, { path: /mnt/app/data, owner: nobody, mode: '0750' } ]\n";
      const image = make(configOf({ a: "true" }, "nobody", folders));
      image.write("mnt/app/data/key", "x\n");
      chownSync(join(image.root, "mnt/app"), 0, 0);
      const { status, stderr } = await image.apply(emulator);
      assert.equal(status, 0, stderr);
      assert.deepEqual(
        ["mnt/app", "mnt/app/data"].map((path) => attributesOf(join(image.root, path))),
        [`${NOBODY}:${NOBODY} 755`, `${NOBODY}:${NOBODY} 750`],
      );
    });
  },
);
