import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { startDeadline } from "../../../../agent/deadline.ts";
import type { CellFile } from "../../../../agent/host/cell/cell-layers.ts";
import { inCell } from "../../../../agent/host/cell/cell.ts";
import { runCommand, type CommandResult, type RunCommand } from "../../../../agent/host/run-command.ts";
import { Refusal } from "../../../../agent/refusal.ts";
import { takeSnapshot } from "../../../binary/support/scratch-image.ts";
import { copyPrograms, findLeftovers, findShellObstacle } from "../../../support/shell-image.ts";
import { IS_ROOT, makeScratch, type Scratch } from "../../support/scratch.ts";

const obstacle = findShellObstacle();

const FILES: readonly CellFile[] = [
  { path: "/etc/app/new.conf", uid: 65534, gid: 0, mode: 0o640, bytes: Buffer.from("new") },
];

const DEVICES = ["null", "zero", "full", "random", "urandom"].map((name) => `/dev/${name}`);

async function open<T>(
  root: string,
  work: (run: RunCommand) => Promise<T>,
  files = FILES,
  run = runCommand,
): Promise<T> {
  const used = await inCell(files, { root, deadline: startDeadline(60_000), run }, work);
  assert.ok(used.kind === "used", JSON.stringify(used));
  return used.result;
}

/** What a script of bash's says in a cell of its own. */
async function bash(root: string, script: string, files = FILES): Promise<string> {
  return outputOf(await open(root, (run) => run(["/bin/bash", "-c", script], 20_000), files));
}

function outputOf(result: CommandResult): string {
  assert.ok(result.kind === "exited" && result.status === 0, JSON.stringify(result));
  return result.output;
}

const perl = async (root: string, script: string) =>
  outputOf(await open(root, (run) => run(["/usr/bin/perl", "-e", script], 20_000)));

/** What this machine has of cells. */
const leftovers = (root: string) => [
  ...readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .filter((line) => line.includes(root)),
  ...readdirSync("/dev/shm").filter((name) => name.startsWith("parbake-cell-")),
];

const title = "a cell of an image";
(obstacle === null ? describe : describe.skip)(
  obstacle === null ? title : `${title} (skipped: ${obstacle})`,
  function () {
    this.timeout(60_000);
    let image: Scratch;

    beforeEach(() => {
      image = makeScratch();
      copyPrograms(image.root);
      image.write("etc/app/old.conf", "old\n");
      image.write("marker", "of the image\n");
      chmodSync(image.root, 0o755);
    });

    it("shows new files in place beside the old ones, to another user as well", async () => {
      const script = 'echo "$(</etc/app/old.conf) $(</etc/app/new.conf)"';
      assert.equal(await bash(image.root, script), "old new\n");
      const asNobody = `($>, $<) = (65534, 65534); open F, "/etc/app/new.conf" or die; print <F>`;
      assert.equal(await perl(image.root, asNobody), "new");
    });

    it("takes every write, and leaves no byte, no mount, no folder and no time in the image", async () => {
      const before = takeSnapshot(image.root);
      const script = "echo x >/etc/app/old.conf; echo y >/var; echo z >>/marker; : >/etc/app/new.conf; echo $?";
      assert.equal(await bash(image.root, script), "0\n");
      assert.deepEqual(takeSnapshot(image.root), before);
      assert.deepEqual(leftovers(image.root), []);
    });

    it("shows the image alone where the image's own links lead out of it", async () => {
      for (const name of ["proc", "sys", "dev"]) symlinkSync("/etc", image.path(name));
      symlinkSync("/../../../etc", image.path("out"));
      assert.equal(
        await bash(
          image.root,
          "shopt -s nullglob; echo /out/* /dev/null; read -r mount </proc/mounts; echo ${mount%% *}",
        ),
        "/out/app /dev/null\noverlay\n",
      );
      assert.ok(lstatSync(image.path("proc")).isSymbolicLink());
    });

    it("is left by no chroot, and shows nothing of its first process, which is the host's", async () => {
      const script = `mkdir "/x"; chroot "/x" or die; for (1..30) { chdir ".." } chroot "." or die;
      print -e "/marker" ? "image" : "host";`;
      assert.equal(await perl(image.root, script), "image");
      const first = `print join ",", map { readlink "/proc/1/$_" // "hidden" } qw(root cwd exe)`;
      assert.equal(await perl(image.root, first), "hidden,hidden,hidden");
    });

    it("gives few capabilities and no new ones, no variables of the caller's, and a kernel that is read-only", async () => {
      const status = await bash(
        image.root,
        "while read -r l; do case $l in CapEff*|NoNew*) echo $l;; esac; done </proc/self/status",
      );
      // chown, dac_override, fowner, kill, setgid, setuid, net_bind_service, sys_chroot: capabilities(7) numbers them.
      assert.equal(status, "CapEff: 00000000000404eb\nNoNewPrivs: 1\n");
      assert.equal(await perl(image.root, 'print join ",", sort keys %ENV'), "LC_ALL,PATH");
      const written = await bash(
        image.root,
        "for f in /proc/sys/kernel/core_pattern /proc/sysrq-trigger /sys/power/state; do { echo h >$f; } 2>/dev/null && echo $f; done; echo end",
      );
      assert.equal(written, "end\n");
    });

    it("changes no mode of the machine's devices, which it writes to, not even through its input", async () => {
      const tries = DEVICES.map((path) => `chmod(0666, "${path}") ? "changed" : "no"`).join(", ");
      const script = `open(F, ">", "/dev/null") and print(F "x") and close(F) or die; print join ",", ${tries}, chmod(0666, *STDIN) ? "changed" : "no"`;
      assert.equal(await perl(image.root, script), "no,no,no,no,no,no");
    });

    it("has no file that parbake's caller left open, dumps no core to the machine, and is the first to end without memory", async () => {
      const leaking: RunCommand = ([program = "", ...words], ...limits) =>
        runCommand(["bash", "-c", 'exec 7</ 40</; exec "$@"', "bash", program, ...words], ...limits);
      const files = await open(
        image.root,
        (run) => run(["/usr/bin/perl", "-e", "print -e qq(/proc/self/fd/$_) ? 1 : 0 for 7, 40"], 20_000),
        FILES,
        leaking,
      );
      assert.equal(outputOf(files), "00");
      const limits = await bash(
        image.root,
        'echo "$(</proc/self/oom_score_adj) $(</proc/1/oom_score_adj)"; while read -r l; do case $l in *core*) echo $l;; esac; done </proc/self/limits; ulimit -H -c 9 2>/dev/null || echo fixed',
      );
      assert.equal(limits, "1000 1000\nMax core file size 1 1 bytes\nfixed\n");
    });

    it("has no network, and may still bind to an address that only the booted instance has", async () => {
      let calls = 0;
      const server = createServer(() => calls++);
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as { port: number };
      const script = `(exec 3<>/dev/tcp/127.0.0.1/${port}) 2>/dev/null && echo reached; echo end`;
      try {
        assert.equal(await bash(image.root, script), "end\n");
      } finally {
        server.close();
      }
      assert.equal(calls, 0);
      const bind = `socket my $s, 2, 1, 0; print bind($s, pack "S n C4 x8", 2, 80, 192, 0, 2, 1) ? "bound" : "no: $!"`;
      assert.equal(await perl(image.root, bind), "bound");
    });

    it("ends with its program: a daemon that was left behind, and one that hangs", async () => {
      const word = `86${process.pid}`;
      await bash(
        image.root,
        `/bin/sleep ${word} >/dev/null 2>&1 & disown; (trap "" HUP TERM; exec /bin/sleep ${word}) & echo`,
      );
      const result = await open(image.root, (run) => run(["/bin/bash", "-c", `/bin/sleep ${word}`], 1_000));
      assert.equal(result.kind, "timed-out");
      assert.deepEqual(await findLeftovers(`sleep ${word}`), []);
    });

    it("has what else is mounted in the image, each with the new files that belong there, and takes its writes, too", async () => {
      mkdirSync(image.path("var"));
      assert.equal(spawnSync("mount", ["-t", "tmpfs", "test", image.path("var")]).status, 0);
      try {
        writeFileSync(image.path("var/own"), "own\n");
        const files = [{ path: "/var/new", uid: 0, gid: 0, mode: 0o644, bytes: Buffer.from("new\n") }];
        assert.equal(
          await bash(image.root, "echo x >/var/x; echo $(</var/own) $(</var/new) $(</var/x)", files),
          "own new x\n",
        );
        assert.deepEqual(readdirSync(image.path("var")), ["own"]);
      } finally {
        spawnSync("umount", [image.path("var")]);
      }
    });

    it("works on the running system as well", async () => {
      const file = { path: "/etc/parbake-cell-test", uid: 0, gid: 0, mode: 0o600, bytes: Buffer.from("new\n") };
      assert.equal(
        await bash("/", "echo $(</etc/parbake-cell-test); echo x >/parbake-cell-test && echo written", [file]),
        "new\nwritten\n",
      );
      for (const path of [file.path, "/parbake-cell-test"])
        assert.equal(lstatSync(path, { throwIfNoEntry: false }), undefined);
    });

    it("has the status of its program, and says where there is no such program or none that may run", async () => {
      image.write("opt/plain", "#!/bin/bash\n");
      const results = await open(image.root, (run) =>
        Promise.all([
          run(["/bin/bash", "-c", "echo no >&2; exit 3"], 20_000),
          run(["/opt/none"], 20_000),
          run(["/opt/plain"], 20_000),
        ]),
      );
      assert.deepEqual(results, [
        { kind: "exited", status: 3, output: "no\n" },
        { kind: "absent" },
        { kind: "forbidden" },
      ]);
    });
  },
);

describe("where there can be no cell", () => {
  let image: Scratch;
  beforeEach(() => {
    image = makeScratch();
    image.write("bin/v", "");
    chmodSync(image.path("bin/v"), 0o755);
  });

  const reasonFor = async (...results: CommandResult[]) => {
    const run: RunCommand = async () => results.shift() ?? assert.fail("unplanned");
    const context = { root: image.root, deadline: startDeadline(1_000), run };
    const used = await inCell([], context, (inside) => inside(["/bin/v"], 1_000));
    return used.kind === "none" ? used.reason : used.result;
  };

  it("the reason is told: not root, no util-linux, what the attempt said", async function () {
    if (!IS_ROOT) {
      assert.equal(await reasonFor(), "only root can run a program in an image");
      return;
    }
    assert.equal(
      await reasonFor({ kind: "absent" }),
      "it takes setpriv and unshare, of util-linux, to run a program in an image",
    );
    const output = "unshare: unshare failed: Operation not permitted\n";
    assert.equal(
      await reasonFor({ kind: "exited", status: 1, output }),
      "no program can be run in an image here: unshare: unshare failed: Operation not permitted",
    );
    process.seteuid!(65534);
    try {
      assert.equal(await reasonFor(), "only root can run a program in an image");
    } finally {
      process.seteuid!(0);
    }
  });

  it("what keeps a later one from being made is not taken for the program's verdict", async function () {
    if (!IS_ROOT) this.skip();
    const [fine, full] = [0, 1].map((status) => ({
      kind: "exited" as const,
      status,
      output: "mount: no space\nparbake: there is no cell\n",
    }));
    await assert.rejects(reasonFor(fine!, full!), (error) => {
      assert.ok(error instanceof Refusal);
      assert.equal(error.code, "system");
      assert.match(error.message, /^no program can be run in the image now: mount: no space\. /);
      return true;
    });
  });
});
