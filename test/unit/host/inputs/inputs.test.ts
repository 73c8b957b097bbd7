import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  realpathSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { InputKind } from "../../../../agent/host/inputs/explain-read.ts";
import { Inputs } from "../../../../agent/host/inputs/inputs.ts";
import { formatProblem, Refusal, type Problem } from "../../../../agent/refusal.ts";
import { makeFolder } from "../../../support/folders.ts";
import { accessList, setXattr } from "../../support/xattrs.ts";

const KIND: InputKind = {
  name: "the config",
  mostBytes: 100,
  code: "config",
  absent: { code: "usage", what: "there is none", fix: "Write it." },
};

const isRoot = process.geteuid!() === 0;
const who = isRoot ? "root" : "parbake";

describe("Inputs", () => {
  let folder: string;
  let told: Problem[];

  beforeEach(() => {
    folder = realpathSync(makeFolder(tmpdir(), "inputs", "test"));
    told = [];
  });

  const path = (name: string) => join(folder, name);
  const open = (root = "/"): Inputs => new Inputs(root, (problems) => told.push(...problems));

  function write(name: string, text = "text"): string {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), text);
    return path(name);
  }

  function read(name: string, root = "/"): string {
    const inputs = open(root);
    return inputs.telling(() => inputs.read(path(name), KIND));
  }

  function refusalOf(work: () => unknown): string {
    try {
      work();
    } catch (error) {
      assert.ok(error instanceof Refusal, String(error));
      return `${error.code}: ${formatProblem(error.problems[0]!)}`;
    }
    return assert.fail("not refused");
  }

  const PLAIN =
    "and a plain file was expected. Name a plain file: parbake waits for no writer, and reads nothing that may have no end.";

  it("refuses what is no plain file, without waiting for it", () => {
    assert.equal(spawnSync("mkfifo", [path("fifo")]).status, 0);
    symlinkSync("fifo", path("link"));
    symlinkSync("/dev/zero", path("zero"));
    mkdirSync(path("folder"));
    assert.equal(
      refusalOf(() => read("fifo")),
      `config: ${path("fifo")}: the config is a FIFO, ${PLAIN}`,
    );
    assert.equal(
      refusalOf(() => read("link")),
      `config: ${path("link")}: the config is a FIFO, ${PLAIN}`,
    );
    assert.equal(
      refusalOf(() => read("zero")),
      `config: ${path("zero")}: the config is a device, ${PLAIN}`,
    );
    assert.equal(
      refusalOf(() => read("folder")),
      `config: ${path("folder")}: the config is a folder, ${PLAIN}`,
    );
    assert.equal(
      refusalOf(() => read("none")),
      `usage: ${path("none")}: there is none. Write it.`,
    );
  });

  it("refuses a pipe that is named through /proc", () => {
    const inputs = open();
    // The test's own stdin is what its caller has; a pipe of a child's is a pipe.
    const { stdout } = spawnSync("sh", ["-c", "true | readlink /proc/self/fd/0"], { encoding: "utf8" });
    assert.match(stdout, /^pipe:\[\d+\]$/m);
    symlinkSync(stdout.trim(), path("pipe"));
    assert.match(
      refusalOf(() => inputs.read(path("pipe"), KIND)),
      /^config: .* is a FIFO, a socket or a device, and a plain/,
    );
  });

  it("refuses more bytes than the kind may have, and what is no UTF-8", () => {
    write("most", "x".repeat(100));
    assert.equal(read("most").length, 100);
    appendFileSync(path("most"), "x");
    assert.match(
      refusalOf(() => read("most")),
      /: the config has 101 B, and 100 B is the most that it may have\. /,
    );
    write("huge");
    truncateSync(path("huge"), 2 ** 40);
    assert.match(
      refusalOf(() => read("huge")),
      /the config has 1 TiB, and 100 B is the most/,
    );
    writeFileSync(path("latin1"), Buffer.from([0x61, 0xe9]));
    assert.match(
      refusalOf(() => read("latin1")),
      /: the config is not UTF-8\. Save it as UTF-8\.$/,
    );
  });

  it("says nothing of what root or its own user alone may write, below a shared folder that is sticky too", () => {
    write("etc/a.yaml");
    mkdirSync(path("shared"));
    chmodSync(path("shared"), 0o1777);
    write("shared/a.yaml");
    symlinkSync("a.yaml", path("shared/link"));
    for (const name of ["etc/a.yaml", "shared/a.yaml", "shared/link"]) assert.equal(read(name), "text");
    assert.equal(told.length, 0);
  });

  it("tells of each file and each folder above it that others may write to, once, with what fixes it", () => {
    const inputs = open();
    write("etc/a.yaml");
    write("etc/d/b.yaml");
    write("etc/d/c d.yaml");
    chmodSync(path("etc"), 0o777);
    chmodSync(path("etc/a.yaml"), 0o666);
    chmodSync(path("etc/d/c d.yaml"), 0o602);
    inputs.telling(() => {
      for (const name of ["etc/a.yaml", "etc/d/b.yaml", "etc/d/c d.yaml"]) inputs.read(path(name), KIND);
    });
    inputs.telling(() => inputs.read(path("etc/a.yaml"), KIND));
    const [folderName, a, c] = [path("etc"), path("etc/a.yaml"), path("etc/d/c d.yaml")];
    assert.deepEqual(told, [
      {
        what: `the folder ${folderName}, ${a} and ${c}: each may be written to by every user, who could tell ${who} what to do`,
        fix: `Inspect what they hold, then run \`chmod o-w ${folderName} ${a} '${c}'\`, or keep it where root alone may write.`,
      },
    ]);
  });

  it("names three that others may write to for one reason, and fixes them all", () => {
    for (const name of ["a", "b", "c", "d", "e"]) write(`t/${name}.hbs`);
    for (const name of ["a", "b", "c", "d", "e"]) chmodSync(path(`t/${name}.hbs`), 0o646);
    const inputs = open();
    inputs.telling(() => inputs.listAll(path("t"), KIND).forEach((name) => inputs.read(join(path("t"), name), KIND)));
    assert.equal(told.length, 1);
    const { what, fix } = told[0]!;
    assert.ok(what.includes(`, ${path("t/b.hbs")}, ${path("t/c.hbs")} and 2 more: each may be written to by`), what);
    assert.ok(fix.includes(` ${path("t/d.hbs")} ${path("t/e.hbs")}\`,`), fix);
  });

  it("tells of what an access list opens to others, though it is of root's own group", function () {
    write("plain.yaml");
    write("open.yaml");
    for (const name of ["plain.yaml", "open.yaml"]) chmodSync(path(name), 0o664);
    if (!setXattr(path("open.yaml"), "system.posix_acl_access", accessList(4711, 6))) return this.skip();
    const inputs = open();
    inputs.telling(() => ["plain.yaml", "open.yaml"].forEach((name) => inputs.read(path(name), KIND)));
    const named = "may be written to by whom its access list names";
    assert.deepEqual(
      told.map(({ what }) => what),
      [`${path("open.yaml")} ${named}, who could tell ${who} what to do`],
    );
    assert.match(told[0]!.fix, /`chmod g-w \S+open\.yaml`/);
  });

  it("judges where each symlink leads, and the way there", () => {
    write("store/v1/a.yaml");
    symlinkSync("v1", path("store/now"));
    mkdirSync(path("etc"));
    symlinkSync("../store/now/a.yaml", path("etc/a.yaml"));
    assert.equal(read("etc/a.yaml"), "text");
    assert.equal(told.length, 0);
    chmodSync(path("store"), 0o777);
    assert.equal(read("etc/a.yaml"), "text");
    assert.deepEqual(
      told.map(({ what }) => what.split(" may ")[0]),
      [`the folder ${path("store")}`],
    );
  });

  it("follows an absolute symlink of an image within the image, and .. not out of it", () => {
    write("image/store/a.yaml", "the image's");
    mkdirSync(path("image/etc"));
    symlinkSync("/store/a.yaml", path("image/etc/absolute.yaml"));
    symlinkSync("../../../../../../store/a.yaml", path("image/etc/relative.yaml"));
    symlinkSync(folder, path("image/etc/out"));
    assert.equal(read("image/etc/absolute.yaml", path("image")), "the image's");
    assert.equal(read("image/etc/relative.yaml", path("image")), "the image's");
    write("a.yaml", "the host's");
    assert.match(
      refusalOf(() => read("image/etc/out/a.yaml", path("image"))),
      /^usage: .*: there is none/,
    );
    assert.equal(read("a.yaml", path("image")), "the host's");
  });

  it("judges the way to an image as well", () => {
    write("mnt/image/etc/a.yaml");
    chmodSync(path("mnt"), 0o757);
    read("mnt/image/etc/a.yaml", path("mnt/image"));
    assert.deepEqual(
      told.map(({ what }) => what.split(" may ")[0]),
      [`the folder ${path("mnt")}`],
    );
  });

  it("ends symlinks that go in circles, of files and of folders", () => {
    mkdirSync(path("t/in"), { recursive: true });
    write("t/in/a.hbs");
    symlinkSync("self", path("t/self"));
    for (const name of ["x", "y"]) symlinkSync("..", path(`t/in/${name}`));
    assert.match(
      refusalOf(() => read("t/self")),
      /a loop of symlinks/,
    );
    assert.deepEqual(open().listAll(path("t"), KIND), ["in/a.hbs", "self"]);
    assert.deepEqual(open().listAll(path("none"), KIND), []);
  });

  it("tells what could be a stranger's before it says what is wrong in it", () => {
    write("a", "é".repeat(51));
    chmodSync(path("a"), 0o602);
    const inputs = new Inputs("/", (problems) => {
      throw new Refusal("permission", problems);
    });
    const readBoth = () => inputs.telling(() => [inputs.judge(path("a")), inputs.read(path("a"), KIND)]);
    assert.match(refusalOf(readBoth), /^permission: .*a may be written to by every user/);
  });

  it("tells of a folder in which everybody may make entries where each entry counts, be it sticky or not", () => {
    write("d/a.yaml");
    chmodSync(path("d"), 0o1777);
    const inputs = open();
    inputs.telling(() => inputs.list(path("d"), KIND));
    assert.deepEqual(
      told.map(({ what }) => what.split(" may ")[0]),
      [`the folder ${path("d")}`],
    );
  });

  it("finds no danger in a path that does not exist", () => {
    const inputs = open();
    inputs.telling(() => inputs.judge(path("none/at/all")));
    assert.equal(told.length, 0);
  });

  (isRoot ? describe : describe.skip)("as root", () => {
    it("tells of what belongs to another user or group, and of another's symlink in a shared folder", () => {
      write("theirs/a.yaml");
      chownSync(path("theirs"), 4711, 0);
      write("group.yaml");
      chownSync(path("group.yaml"), 0, 4711);
      chmodSync(path("group.yaml"), 0o664);
      mkdirSync(path("shared"));
      chmodSync(path("shared"), 0o1777);
      symlinkSync("../group.yaml", path("shared/link"));
      lchownSync(path("shared/link"), 4711, 4711);
      for (const name of ["theirs/a.yaml", "group.yaml", "shared/link"]) read(name);
      const group = `${path("group.yaml")} may be written to by the group 4711`;
      assert.deepEqual(
        told.map(({ what }) => what.split(", who")[0]),
        [
          `the folder ${path("theirs")} belongs to the user 4711`,
          group,
          `${path("shared/link")} belongs to the user 4711`,
          group,
        ],
      );
      assert.match(told[0]!.fix, /`chown root .*theirs`/);
      assert.match(told[1]!.fix, /`chmod g-w .*group\.yaml`/);
    });
  });
});
