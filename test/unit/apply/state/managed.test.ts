import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { applyPlan } from "../../../../agent/apply/apply-plan.ts";
import { commitChange, prepareChange, undoChange } from "../../../../agent/apply/change/make-change.ts";
import { findUndeclared, stageRemovals } from "../../../../agent/apply/files/undeclared.ts";
import { type ManagedFile, readManaged, tryWriteManaged } from "../../../../agent/apply/state/managed.ts";
import { STATE_FOLDER } from "../../../../agent/apply/state/own-folders.ts";
import { newJournal, writeJournal } from "../../../../agent/apply/transaction/journal.ts";
import type { SecretPart } from "../../../../agent/formats/content.ts";
import type { Plan } from "../../../../agent/plan/plan.ts";
import { Refusal } from "../../../../agent/refusal.ts";
import {
  CANARY,
  fetched,
  fileStep,
  makeRunnable,
  OWN_GID,
  OWN_UID,
  optionsFor,
  planOf,
  secretStep,
  SECRETS_FOLDER,
  type Scratch,
} from "../../support/scratch.ts";

const PASSWORD: SecretPart = { reference: { secret: "db", key: "password" }, format: "env" };
const RECORD = "var/lib/parbake/managed.json";

async function apply({ root }: Scratch, plan: Plan) {
  return applyPlan(plan, optionsFor(root, { fetchSecret: async () => fetched({ password: CANARY }) }));
}

function fileEntry({ root }: Scratch, path: string): ManagedFile {
  const entry = readManaged(root).files.get(path);
  assert.ok(entry?.kind === "file");
  return entry;
}

function editByHand(scratch: Scratch, path: string): void {
  writeFileSync(scratch.path(path), "by hand");
  utimesSync(scratch.path(path), new Date("2026-02-03T04:05:06Z"), new Date("2026-02-03T04:05:06Z"));
}

const EDITED_AT = "2026-02-03T04:05:06.000Z";

function identity(path: string): unknown {
  const { ino, mtimeNs, mode, uid, gid } = statSync(path, { bigint: true });
  return [ino, mtimeNs, mode, uid, gid, readFileSync(path, "utf8")].map(String);
}

async function refusalOf(work: Promise<unknown>): Promise<Refusal> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof Refusal, String(error));
    return error;
  }
  return assert.fail("nothing was refused");
}

describe("the record of managed files", () => {
  it("says of each file what was written, by which run, and whether parbake made it", async () => {
    const scratch = makeRunnable();
    scratch.write("etc/theirs", "theirs");
    const onChange = [{ action: "reload", unit: "nginx.service" }] as const;
    const plan = planOf(fileStep("/etc/ours", "abc", { mode: 0o640, onChange }), fileStep("/etc/theirs", "x"));
    const { runId, files } = await apply(scratch, plan);
    const { writtenAt, plainSinceNs, ...entry } = fileEntry(scratch, "/etc/ours");
    assert.deepEqual(entry, {
      kind: "file",
      path: "/etc/ours",
      sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
      sizeBytes: 3,
      uid: process.geteuid!(),
      gid: process.getegid!(),
      mode: 0o640,
      runId,
      created: true,
      keepsEdits: false,
      onChange: [{ action: "reload", unit: "nginx.service" }],
    });
    assert.equal(new Date(writtenAt).toISOString(), writtenAt);
    assert.match(plainSinceNs!, /^\d{19}$/);
    assert.equal(fileEntry(scratch, "/etc/theirs").created, false);
    assert.deepEqual(
      files.map(({ change, adopted }) => [change, adopted]),
      [
        ["create", false],
        ["update", true],
      ],
    );
    assert.equal(statSync(scratch.path(RECORD)).mode & 0o7777, 0o644);
  });

  it("is not touched by a run that changes nothing, and remembers who made a file when it is written anew", async () => {
    const scratch = makeRunnable();
    await apply(scratch, planOf(fileStep("/etc/a", "1")));
    const before = identity(scratch.path(RECORD));
    const written = fileEntry(scratch, "/etc/a");
    await apply(scratch, planOf(fileStep("/etc/a", "1")));
    assert.deepEqual(identity(scratch.path(RECORD)), before);
    const { runId } = await apply(scratch, planOf(fileStep("/etc/a", "2")));
    const rewritten = fileEntry(scratch, "/etc/a");
    assert.deepEqual([rewritten.created, rewritten.runId, readManaged(scratch.root).runId], [true, runId, runId]);
    assert.notEqual(rewritten.runId, written.runId);
  });

  it("holds nothing of a secret but its path, version, owner and mode: no digest, no size", async () => {
    const scratch = makeRunnable();
    const plan = planOf(
      secretStep("db", { password: `${SECRETS_FOLDER}/db/password` }),
      fileStep(`${SECRETS_FOLDER}/app.env`, ["P=", PASSWORD], { mode: 0o400 }),
    );
    await apply(scratch, plan);
    const attributes = { uid: OWN_UID, gid: OWN_GID, mode: 0o400 };
    assert.deepEqual(
      [...readManaged(scratch.root).files.values()],
      [
        {
          kind: "secret",
          path: `${SECRETS_FOLDER}/app.env`,
          versionIds: { db: "version-1" },
          onChange: [],
          attributes,
        },
        {
          kind: "secret",
          path: `${SECRETS_FOLDER}/db/password`,
          versionIds: { db: "version-1" },
          onChange: [],
          attributes,
        },
      ],
    );
    assert.equal(readFileSync(scratch.path(RECORD), "utf8").includes("c4n4ry"), false);
  });

  it("is not used where it is broken, of another schema, or in part of another shape", async () => {
    const scratch = makeRunnable();
    for (const text of ["{", "[]", '{"schema":2,"runId":"x","files":[]}']) {
      scratch.write(RECORD, text);
      assert.deepEqual(readManaged(scratch.root), { runId: null, files: new Map(), isDamaged: true });
    }
    scratch.write(
      RECORD,
      '{"schema":1,"runId":"x","files":[null,{"path":1},{"path":"/a","kind":"file","onChange":[]}]}',
    );
    assert.deepEqual(readManaged(scratch.root), { runId: "x", files: new Map(), isDamaged: true });
  });

  it("is unchanged where the run fails, and keeps what a part of a plan does not name", async () => {
    const scratch = makeRunnable();
    await apply(scratch, planOf(fileStep("/etc/a", "1"), fileStep("/etc/b", "1")));
    const before = identity(scratch.path(RECORD));
    mkdirSync(scratch.path("etc/folder"));
    await refusalOf(apply(scratch, planOf(fileStep("/etc/a", "2"), fileStep("/etc/folder", "x"))));
    assert.deepEqual(identity(scratch.path(RECORD)), before);
    await apply(scratch, { ...planOf(fileStep("/etc/a", "2")), part: "files" });
    assert.deepEqual([...readManaged(scratch.root).files.keys()], ["/etc/a", "/etc/b"]);
    assert.ok(existsSync(scratch.path("etc/b")));
  });
});

describe("a file that is no longer declared", () => {
  it("is removed where parbake made it and it was not edited", async () => {
    const scratch = makeRunnable();
    await apply(scratch, planOf(fileStep("/etc/a", "a"), fileStep("/etc/b", "b")));
    const report = await apply(scratch, planOf(fileStep("/etc/a", "a")));
    assert.equal(existsSync(scratch.path("etc/b")), false);
    assert.equal(report.changed, true);
    assert.deepEqual(
      report.files.map(({ path, change }) => [path, change]),
      [
        ["/etc/a", "unchanged"],
        ["/etc/b", "remove"],
      ],
    );
    assert.deepEqual([...readManaged(scratch.root).files.keys()], ["/etc/a"]);
    assert.equal(readManaged(scratch.root).runId, report.runId);
  });

  it("is removed also where its mode was changed, and where nothing else is declared", async () => {
    const scratch = makeRunnable();
    await apply(scratch, planOf(fileStep("/etc/a", "a", { mode: 0o400 })));
    chmodSync(scratch.path("etc/a"), 0o666);
    await apply(scratch, planOf());
    assert.equal(existsSync(scratch.path("etc/a")), false);
    assert.deepEqual(readManaged(scratch.root).files, new Map());
  });

  it("is left alone and forgotten, with a warning, where it was there before or was edited since", async () => {
    const scratch = makeRunnable();
    scratch.write("etc/theirs", "theirs");
    await apply(scratch, planOf(fileStep("/etc/edited", "a"), fileStep("/etc/theirs", "b")));
    editByHand(scratch, "etc/edited");
    const report = await apply(scratch, planOf());
    assert.equal(readFileSync(scratch.path("etc/edited"), "utf8"), "by hand");
    assert.equal(readFileSync(scratch.path("etc/theirs"), "utf8"), "b");
    assert.equal(report.changed, false);
    assert.deepEqual(
      report.warnings.map(({ what }) => what),
      [
        "/etc/edited is no longer declared, and parbake leaves it alone: it was edited by hand",
        "/etc/theirs is no longer declared, and parbake leaves it alone: it was there before parbake",
      ],
    );
    assert.deepEqual((await apply(scratch, planOf())).warnings, []);
  });

  it("is forgotten without a warning where it is gone, even with its folder; a symlink in its place stays", async () => {
    const scratch = makeRunnable();
    mkdirSync(scratch.path("etc/d"));
    await apply(scratch, planOf(fileStep("/etc/a", "a"), fileStep("/etc/d/b", "b"), fileStep("/etc/c", "c")));
    rmSync(scratch.path("etc/a"));
    rmSync(scratch.path("etc/d"), { recursive: true });
    renameSync(scratch.path("etc/c"), scratch.path("etc/moved"));
    symlinkSync("moved", scratch.path("etc/c"));
    const { warnings } = await apply(scratch, planOf());
    assert.deepEqual(
      warnings.map(({ what }) => what),
      [`/etc/c is no longer declared, and parbake leaves it alone: ${scratch.path("etc/c")} is a symlink to moved`],
    );
    assert.equal(readFileSync(scratch.path("etc/moved"), "utf8"), "c");
  });

  it("goes with its secret: a credential that nothing declares does not lie about", async () => {
    const scratch = makeRunnable();
    await apply(scratch, planOf(secretStep("db", { password: `${SECRETS_FOLDER}/db/password` })));
    await apply(scratch, planOf());
    assert.equal(existsSync(scratch.path(`${SECRETS_FOLDER}/db/password`)), false);
  });

  it("comes back on undo: inode, bytes, owner, mode and times", async () => {
    const scratch = makeRunnable();
    await apply(scratch, planOf(fileStep("/etc/a", "a", { mode: 0o640 })));
    const before = identity(scratch.path("etc/a"));
    const undeclared = findUndeclared(planOf(), scratch.root, readManaged(scratch.root).files);
    const [removal] = stageRemovals(undeclared);
    const change = removal!.change!;
    prepareChange(scratch.root, change);
    commitChange(scratch.root, change);
    assert.equal(existsSync(scratch.path("etc/a")), false);
    undoChange(scratch.root, change);
    assert.deepEqual(identity(scratch.path("etc/a")), before);
  });
});

describe("a file that was edited by hand", () => {
  it("is overwritten by default; report and log say since when it was different", async () => {
    const scratch = makeRunnable();
    await apply(scratch, planOf(fileStep("/etc/a", "1")));
    editByHand(scratch, "etc/a");
    const told: string[] = [];
    const log = (level: string, message: string) => void (level === "warn" && told.push(message));
    const report = await applyPlan(planOf(fileStep("/etc/a", "2")), optionsFor(scratch.root, { log }));
    assert.deepEqual(told, [`/etc/a was edited by hand (${EDITED_AT}): parbake overwrites the edit`]);
    assert.equal(readFileSync(scratch.path("etc/a"), "utf8"), "2");
    assert.deepEqual(report.files, [
      { path: "/etc/a", change: "update", validation: null, adopted: false, drift: { since: EDITED_AT } },
    ]);
  });

  it("is kept where the config says so, again and again, and the run is a success that changed nothing", async () => {
    const scratch = makeRunnable();
    await apply(scratch, planOf(fileStep("/etc/a", "1")));
    editByHand(scratch, "etc/a");
    for (const text of ["1", "2"]) {
      const report = await apply(scratch, planOf(fileStep("/etc/a", text, { onDrift: "keep", mode: 0o600 })));
      assert.deepEqual([report.result, report.changed], ["done", false]);
      assert.deepEqual(report.files, [
        { path: "/etc/a", change: "kept", validation: null, adopted: false, drift: { since: EDITED_AT } },
      ]);
    }
    assert.equal(readFileSync(scratch.path("etc/a"), "utf8"), "by hand");
  });

  it("is refused before a secret is fetched where the config says so; all problems at once", async () => {
    const scratch = makeRunnable();
    await apply(scratch, planOf(fileStep("/etc/a", "1"), fileStep("/etc/b", "1")));
    editByHand(scratch, "etc/a");
    const refuse = { onDrift: "refuse" } as const;
    const plan = planOf(
      secretStep("never-asked", { k: `${SECRETS_FOLDER}/k` }),
      fileStep("/etc/a", "2", refuse),
      fileStep("/etc/b", "2", refuse),
      fileStep("/missing/c", "2", refuse),
    );
    const refusal = await refusalOf(applyPlan(plan, optionsFor(scratch.root)));
    assert.deepEqual(
      refusal.problems.map(({ what }) => what),
      [
        `/etc/a was edited by hand (${EDITED_AT}), and its \`onDrift: refuse\` forbids overwriting it`,
        `the folder ${scratch.path("missing")} does not exist`,
      ],
    );
    assert.equal(readFileSync(scratch.path("etc/b"), "utf8"), "1");
  });

  it("is in order again where it is as the plan wants it, larger or smaller than before", async () => {
    const scratch = makeRunnable();
    await apply(scratch, planOf(fileStep("/etc/a", "1")));
    const wanted = "x".repeat(5000);
    writeFileSync(scratch.path("etc/a"), wanted);
    const refuse = (text: string) => planOf(fileStep("/etc/a", text, { onDrift: "refuse" }));
    const [file] = (await apply(scratch, refuse(wanted))).files;
    assert.deepEqual([file!.change, file!.drift], ["unchanged", null]);
    assert.equal((await apply(scratch, refuse("2"))).files[0]!.change, "update");
  });

  it("is written again where it was removed, and is no drift where only its mode differs", async () => {
    const scratch = makeRunnable();
    const plan = planOf(fileStep("/etc/a", "1", { onDrift: "refuse" }));
    await apply(scratch, plan);
    chmodSync(scratch.path("etc/a"), 0o600);
    assert.equal((await apply(scratch, plan)).files[0]!.change, "attributes");
    rmSync(scratch.path("etc/a"));
    assert.equal((await apply(scratch, plan)).files[0]!.change, "create");
    assert.equal(fileEntry(scratch, "/etc/a").created, true);
  });

  it("was there before parbake: that is no drift, whatever onDrift says", async () => {
    const scratch = makeRunnable();
    scratch.write("etc/a", "theirs");
    const report = await apply(scratch, planOf(fileStep("/etc/a", "1", { onDrift: "refuse" })));
    assert.deepEqual(report.files, [
      { path: "/etc/a", change: "update", validation: null, adopted: true, drift: null },
    ]);
  });
});

describe("the record after a run that was killed", () => {
  const ENTRY = {
    kind: "file",
    path: "/etc/a",
    sha256: "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b",
    sizeBytes: 1,
    uid: process.geteuid!(),
    gid: process.getegid!(),
    mode: 0o644,
    writtenAt: "2026-02-03T04:05:06.000Z",
    runId: "killed",
    created: true,
    keepsEdits: false,
    onChange: [],
    plainSinceNs: null,
  } as const;

  /** As if the run that created /etc/a with the content `1` had been killed in this phase. */
  function killedIn(phase: "swap" | "act" | "settle"): Scratch {
    const scratch = makeRunnable();
    scratch.write("etc/a", "1", 0o644);
    chmodSync(scratch.path("etc/a"), 0o644);
    const newInode = statSync(scratch.path("etc/a"), { bigint: true }).ino.toString();
    const trust = { uids: [], gids: [] };
    const journal = newJournal({
      changes: [{ kind: "create", path: "/etc/a", trust, newName: ".a.parbake-tmp.0123456789abcdef", newInode }],
      followUp: { reloadsManager: false, actions: [], healthChecks: [] },
      managed: { runId: "killed", files: [ENTRY], plain: ["/etc/a"] },
    });
    writeJournal(scratch.root, STATE_FOLDER, { ...journal, phase });
    return scratch;
  }

  it("is what that run would have left, where the next one finishes it", async () => {
    for (const phase of ["act", "settle"] as const) {
      const scratch = killedIn(phase);
      const { files, recovered } = await apply(scratch, planOf(fileStep("/etc/a", "1")));
      assert.deepEqual([files[0]!.change, files[0]!.adopted, recovered], ["unchanged", false, "finished"]);
      const { plainSinceNs, ...entry } = fileEntry(scratch, "/etc/a");
      assert.deepEqual({ ...entry, plainSinceNs: null }, ENTRY);
      assert.match(plainSinceNs!, /^\d{19}$/);
    }
  });

  it("is the one before, where the next one takes it back", async () => {
    const scratch = killedIn("swap");
    const { files, runId, recovered } = await apply(scratch, planOf(fileStep("/etc/a", "1")));
    assert.deepEqual([files[0]!.change, recovered], ["create", "undone"]);
    assert.equal(fileEntry(scratch, "/etc/a").runId, runId);
  });
});

describe("tryWriteManaged", () => {
  it("sorts by path, so that the record is the same whatever the plan's order", () => {
    const scratch = makeRunnable();
    const attributes = { uid: OWN_UID, gid: OWN_GID, mode: 0o400 };
    const entry = (path: string) => ({ kind: "secret", path, versionIds: {}, onChange: [], attributes }) as const;
    tryWriteManaged(scratch.root, { runId: "r", files: [entry("/b"), entry("/a")], plain: [] }, () => {});
    assert.deepEqual([...readManaged(scratch.root).files.keys()], ["/a", "/b"]);
  });
});
