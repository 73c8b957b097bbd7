import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { IS_ROOT } from "../support/scratch.ts";

const SCRIPT = new URL("../support/real-root.ts", import.meta.url).pathname;

function inNamespace(...argv: string[]) {
  return spawnSync("unshare", ["--mount", "--propagation=private", ...argv], { encoding: "utf8" });
}

function play(scenario: string, ...parameters: string[]): any {
  const { status, stdout, stderr } = inNamespace(process.execPath, SCRIPT, scenario, ...parameters);
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

describe("applyPlan on the root itself (as root, in a mount namespace of its own)", () => {
  before(function () {
    if (!IS_ROOT || inNamespace("mount", "-t", "tmpfs", "tmpfs", "/mnt").status !== 0) this.skip();
  });

  it("runs the validator on the staged file, and changes nothing where one refuses", () => {
    const { good, bad, files } = play("validators");
    assert.deepEqual(good, { result: "done", files: ["create passed"], units: [] });
    assert.equal(bad.refused, "data");
    assert.match(bad.problems[0], /^\/mnt\/a\.sh is refused by its validator `\/bin\/sh -n \{\}`: exit status 2: /);
    assert.deepEqual(files, { "a.json": "old", "a.sh": "echo ok\n" });
  });

  it("takes back a wave that fails, alone: the next goes on, in folders of its own, and the run ends with what failed", () => {
    const { end, changed, waves, held, files, marks, left } = play("waves", "hardware");
    assert.equal(end.refused, "data");
    assert.equal(end.problems.length, 1);
    assert.match(end.problems[0], /^\/mnt\/made\/hardware is refused by its validator/);
    assert.deepEqual(waves, ["hardware failed", "instance done instance.service"]);
    assert.deepEqual(held, ["/mnt/fine fine.service", "/mnt/made/hardware hardware.service"]);
    assert.deepEqual(files, { instance: "true" });
    assert.deepEqual([changed, marks], [true, ["instance.service"]]);
    assert.deepEqual(left, ["lock", "ready", "report.json", "managed.json"]);
  });

  it("keeps a wave that is in place where a later one fails", () => {
    const { end, changed, waves, files, marks } = play("waves", "instance");
    assert.match(end.problems.join(), /^\/mnt\/made\/instance is refused by its validator/);
    assert.deepEqual(waves, ["hardware done fine.service hardware.service", "instance failed"]);
    assert.deepEqual(files, { fine: "4", hardware: "true" });
    assert.deepEqual([changed, marks], [true, ["fine.service", "hardware.service"]]);
  });

  it("has systemd read its files first, then reloads a unit of two files once, then asks for its health once; and never again", () => {
    const { first, second, ran, left } = play("units");
    const change = (text: string) => Array(3).fill(`${text} null`);
    assert.deepEqual(first, {
      result: "done",
      files: change("create"),
      units: [{ unit: "nginx.service", action: "reload", outcome: "done" }],
    });
    assert.deepEqual(second, { result: "done", files: change("unchanged"), units: [] });
    assert.deepEqual(ran, [
      "systemctl daemon-reload",
      "show nginx.service",
      "systemctl reload -- nginx.service",
      "/mnt/health a",
    ]);
    assert.deepEqual(left, ["first-report.json", "lock", "ready", "report.json", "managed.json"]);
  });

  const RESTART = { unit: "postgresql.service", action: "restart" };
  const RELOAD = { unit: "nginx.service", action: "reload" };
  const HEARD_OF_OLD = [
    "systemctl daemon-reload",
    "show postgresql.service",
    "systemctl try-restart -- postgresql.service",
    "show nginx.service",
    "systemctl reload -- nginx.service",
  ];

  for (const { what, failing, refused, problems, units, heard } of [
    {
      what: "systemd cannot read its files",
      failing: ["systemctl daemon-reload"],
      refused: "system",
      problems: ["`systemctl daemon-reload` failed: exit status 1"],
      units: [],
      heard: ["systemctl daemon-reload"],
    },
    {
      what: "the first unit cannot be restarted",
      failing: ["systemctl try-restart -- postgresql.service"],
      refused: "system",
      problems: ["postgresql.service: `systemctl try-restart -- postgresql.service` failed: exit status 1"],
      units: [
        { ...RESTART, outcome: "failed", rollbackOutcome: "done" },
        { ...RELOAD, outcome: "not tried: another failed" },
      ],
      heard: HEARD_OF_OLD.slice(0, 3),
    },
    {
      what: "a unit takes neither the new files nor the old",
      failing: ["systemctl reload -- nginx.service", "2"],
      refused: "system",
      problems: [
        "nginx.service: `systemctl reload -- nginx.service` failed: exit status 1",
        "with the old files restored, nginx.service: `systemctl reload -- nginx.service` failed: exit status 1",
      ],
      units: [
        { ...RESTART, outcome: "done", rollbackOutcome: "done" },
        { ...RELOAD, outcome: "failed", rollbackOutcome: "failed" },
      ],
      heard: HEARD_OF_OLD,
    },
    {
      what: "a health check fails",
      failing: ["/mnt/health a"],
      refused: "data",
      problems: ["/mnt/a fails its health check `/mnt/health a`: exit status 1"],
      units: [
        { ...RESTART, outcome: "done", rollbackOutcome: "done" },
        { ...RELOAD, outcome: "done", rollbackOutcome: "done" },
      ],
      heard: HEARD_OF_OLD,
    },
  ]) {
    it(`restores the old files and has the units read them where ${what}; the next run tries again`, () => {
      const played = play("rollback", ...failing);
      assert.deepEqual(played.first, { refused, problems });
      assert.match(played.fix, /^The old files were restored\. \w/);
      assert.deepEqual([played.same, played.rolledBack, played.changed], [true, true, false]);
      assert.deepEqual(played.files, { a: "old", attributes: "x" });
      assert.deepEqual(
        played.left.filter((name: string) => name !== "managed.json"),
        ["lock", "report.json"],
      );
      assert.deepEqual(played.units, units);
      assert.deepEqual(played.ran.slice(-heard.length), heard);
      assert.equal(played.second.result, "done");
      assert.deepEqual(played.second.files, ["update null", "create null", "attributes null", "create null"]);
    });
  }

  for (const [how, end] of [
    ["bug", "TypeError"],
    ["overrun", "Refusal"],
  ] as const) {
    it(`tells that the old files are back, and what the units said before, where it ends while it tells them (${how})`, () => {
      const { left, ...played } = play("rollbackCut", how);
      assert.deepEqual(played, {
        end,
        result: "failed",
        changed: false,
        rolledBack: true,
        units: [{ ...RELOAD, outcome: "done" }],
        healthChecks: [{ path: "/mnt/a", outcome: "failed" }],
        files: { a: "old" },
      });
      assert.ok(left.includes("journal.json"));
    });
  }

  it("tells which units heard of an earlier run's files, where its old files cannot be dropped", () => {
    const { next, result, recovered, units, left } = play("recovery", "stuck");
    assert.equal(next.refused, "permission");
    assert.deepEqual([result, recovered], ["failed", null]);
    assert.deepEqual(units, [{ ...RELOAD, outcome: "done" }]);
    assert.ok(left.includes("journal.json"));
  });

  it("tells that an earlier run is rolled back where a signal ends the run meanwhile", () => {
    const { next, result, recovered, units, ran, files, left } = play("recovery", "stopped");
    assert.deepEqual(next, { refused: "terminated", problems: ["stopped by SIGTERM: the old files were restored"] });
    assert.deepEqual([result, recovered], ["failed", "rolled back"]);
    assert.deepEqual(units, [{ ...RELOAD, outcome: "failed", rollbackOutcome: "done" }]);
    assert.deepEqual(ran, ["show nginx.service", "show nginx.service", "systemctl reload -- nginx.service"]);
    assert.deepEqual(files, { a: "old" });
    assert.equal(left.includes("journal.json"), false);
  });

  it("owes the units nothing of a run that another boot saw, for they started with the new files", () => {
    const played = play("otherBoot", "another");
    assert.deepEqual([played.cut, played.recovered, played.ran], ["act", "finished", []]);
    assert.equal(played.next.result, "done");
    assert.deepEqual(played.left, ["first-report.json", "lock", "ready", "report.json", "managed.json"]);
  });

  it("does in the next run what a run that was cut short owes the units", () => {
    const played = play("otherBoot", "same");
    assert.deepEqual([played.cut, played.recovered], ["act", "finished"]);
    assert.deepEqual(played.ran, ["show nginx.service", "systemctl reload -- nginx.service", "/mnt/health a"]);
    assert.deepEqual(played.next.units, [{ ...RELOAD, outcome: "done" }]);
  });

  it("forgets a journal that it cannot read, and one with paths that are not absolute and normalised", () => {
    const { done, left } = play("unreadableJournal");
    assert.equal(done.result, "done");
    assert.deepEqual(left, ["lock", "ready", "report.json", "managed.json"]);
  });

  it("reports that there is no systemd where systemd does not run", () => {
    const { result, units } = play("noSystemd");
    assert.equal(result, "done");
    assert.deepEqual(units, [{ action: "reload", unit: "nginx.service", outcome: "no systemd here" }]);
  });

  it("leaves everything unchanged when the file system is full", () => {
    const { refusal, files } = play("full");
    assert.deepEqual(refusal, {
      refused: "cannot-write",
      problems: ["/mnt/big does not fit: the file system has no space or no inode left"],
    });
    assert.deepEqual(files, { a: "old" });
  });

  it("leaves everything unchanged when no inode is left for the second file", () => {
    const { refusal, files } = play("outOfInodes");
    assert.equal(refusal.refused, "cannot-write");
    assert.match(refusal.problems[0], /no inode left$/);
    assert.deepEqual(files, { a: "old", b: "old" });
  });

  it("leaves everything unchanged when an inode is left for the new file, and none for the old one's second name", () => {
    const { refusal, same, files, left } = play("outOfInodesAtSwap");
    assert.deepEqual(refusal, {
      refused: "cannot-write",
      problems: ["/mnt/a does not fit: the file system has no space or no inode left"],
    });
    assert.equal(same, true);
    assert.deepEqual(files, ["a"]);
    assert.deepEqual(left, ["lock", "report.json"]);
  });

  it("needs no room on the disk for files in memory, their journal included", () => {
    const { disk, files, memory, inMemory, left } = play("fullState");
    assert.equal(disk.refused, "cannot-write");
    assert.deepEqual(disk.problems, [
      "/var/lib/parbake/journal.json does not fit: the file system has no space or no inode left",
    ]);
    assert.deepEqual(files, { a: "old" });
    assert.equal(memory.result, "done");
    // The record of managed files is owed still.
    assert.deepEqual(left, ["first-report.json", "journal.json", "lock", "ready", "report.json"]);
    assert.deepEqual(inMemory, ["a"]);
  });

  it("refuses an immutable file, be it for its content or its mode, and leaves the others as they were", function () {
    if (spawnSync("mkfs.ext4", ["-V"]).error) this.skip();
    const { attempts, same, files, left } = play("immutable");
    for (const [index, name] of ["b", "mode"].entries())
      assert.deepEqual(attempts[index], {
        refused: "permission",
        problems: [`/mnt/${name} may not be changed: another user's, or immutable`],
      });
    assert.equal(same, true);
    assert.deepEqual(files, ["a", "b", "lost+found", "mode"]);
    assert.deepEqual(left, ["first-report.json", "lock", "report.json"]);
  });

  const FROZEN =
    "parbake.yaml:4:5: the folder /mnt/etc is immutable or append-only (chattr +i, +a): nothing in it may be made, replaced or removed";

  it("points at the folder where that is immutable, and works once it is not", function () {
    if (spawnSync("mkfs.ext4", ["-V"]).error) this.skip();
    const { attempts, before, after, files } = play("frozenFolder", "i");
    for (const attempt of attempts) assert.deepEqual(attempt, { refused: "permission", problems: [FROZEN] });
    assert.equal(before, "old");
    assert.equal(after.result, "done");
    assert.deepEqual(files, ["new", "old"]);
  });

  it("points at a folder that is append-only, and takes back what it left in it once it may", function () {
    if (spawnSync("mkfs.ext4", ["-V"]).error) this.skip();
    const { attempts, before, after, files } = play("frozenFolder", "a");
    assert.equal(attempts[0].refused, "permission");
    assert.equal(attempts[0].problems[0], FROZEN);
    assert.equal(before, "old");
    assert.equal(after.result, "done");
    assert.deepEqual(files, ["new", "old"]);
  });

  it("replaces, fixes and removes files of the lower layer of an overlay", () => {
    const { refusal, done, mode, files, left } = play("overlay");
    assert.equal(refusal.refused, "data");
    assert.deepEqual(done.files, ["update null", "attributes null", "create null", "remove null"]);
    assert.deepEqual([mode, files], ["644", { a: "new", mode: "x", new: "x" }]);
    assert.deepEqual(left, ["first-report.json", "lock", "ready", "report.json", "managed.json"]);
  });

  it("leaves the other names of a hard-linked file with the old content", () => {
    const { done, files } = play("hardLinked");
    assert.deepEqual(done.files, ["update null"]);
    assert.deepEqual(files, { a: "new", other: "old" });
  });

  it("mounts memory that never swaps, no larger than the budget knows, where nothing is mounted; once", () => {
    const { first, storage, mounted, second, full, ran, files, warnings } = play("storage");
    assert.equal(first.result, "done");
    assert.deepEqual(storage, { folder: "/run/parbake/secrets", fileSystem: "tmpfs", guarantee: "unswappable" });
    assert.match(mounted, /^rw,nosuid,nodev,noexec.* - tmpfs tmpfs rw,size=1024k,.*noswap/);
    assert.equal(second.result, "done");
    assert.equal(ran.length, 1);
    assert.deepEqual(warnings, []);
    assert.match(full.problems[0], /the old and the new files of \/run\/parbake\/secrets need more than 1 MiB/);
    assert.deepEqual(files, ["..data", "..gen-1", "k"]);
  });

  it("mounts ramfs where the kernel knows no noswap, and nothing where it gets neither", () => {
    const ramfs = play("storage", "noswap");
    assert.deepEqual(ramfs.storage, { folder: "/run/parbake/secrets", fileSystem: "ramfs", guarantee: "unswappable" });
    assert.match(ramfs.mounted, /^rw,nosuid,nodev,noexec.* - ramfs/);
    assert.equal(ramfs.ran.length, 2);
    const neither = play("storage", "mount");
    assert.equal(neither.first.refused, "cannot-write");
    assert.match(
      neither.first.problems[0],
      /no memory can be mounted .*noswap,size=1048576,.*: exit status 32: mount: bad option; `mount -t ramfs/,
    );
    assert.deepEqual([neither.mounted, neither.files], [null, []]);
  });

  it("flips back to the old generation of secrets where a unit does not take the new one, and has it read that", () => {
    const { first, same, ran, second, after, left } = play("rotation");
    assert.equal(first.refused, "system");
    assert.equal(same, true);
    assert.equal(ran.filter((line: string) => line === "systemctl try-restart -- db.service").length, 3);
    assert.equal(second.result, "done");
    assert.deepEqual(after, ["..data", "..gen-2", "db", "new"]);
    assert.equal(left.includes("journal.json"), false);
  });

  it("leaves the old generation and nothing else where the secrets folder is full", () => {
    const { full, files, text, left } = play("storageFull");
    assert.match(full.problems[0], /does not fit: the file system has no space/);
    assert.deepEqual([files, text], [["..data", "..gen-1", "a", "b"], "xxxxxxxxxx"]);
    assert.equal(left.includes("journal.json"), false);
  });

  it("mounts nothing over files", () => {
    const { refusal, ran, files } = play("storageWithFiles");
    assert.match(
      refusal.problems[0],
      /is only "(no swap on this machine|swappable)", and the config wants unswappable/,
    );
    assert.match(refusal.problems[1], /secrets is not empty, so nothing can be mounted over it/);
    assert.deepEqual([ran, files], [[], ["mine"]]);
  });

  it("refuses a read-only file system, and names where it is mounted", () => {
    assert.deepEqual(play("readOnly"), {
      refused: "cannot-write",
      problems: ["/mnt/a is on a read-only file system, mounted at /mnt"],
    });
  });

  it("refuses a file that is a mount point of its own, before any file is swapped", () => {
    const { refusal, files } = play("bindMounted");
    assert.deepEqual(refusal, {
      refused: "cannot-write",
      problems: ["/mnt/b is a mount point of its own (a bind-mounted file) and cannot be replaced"],
    });
    assert.deepEqual(files, { a: "old", b: "old", source: "old" });
  });
});
