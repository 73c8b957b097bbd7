import assert from "node:assert/strict";
import { chmodSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { applyPlan } from "../../../agent/apply/apply-plan.ts";
import { inspectPlan } from "../../../agent/inspect/inspect-plan.ts";
import type { PlannedChange } from "../../../agent/inspect/planned-change.ts";
import {
  fetched,
  fileStep,
  makeRunnable,
  makeScratch,
  optionsFor,
  OWN_GID,
  OWN_UID,
  planOf,
  secretStep,
  SECRETS_FOLDER,
} from "../support/scratch.ts";
import { storeSecret } from "../support/store-secret.ts";

function only(changes: PlannedChange[]): PlannedChange {
  assert.equal(changes.length, 1);
  return changes[0]!;
}

function summary({ change, problem }: PlannedChange): string {
  return problem ? `${change}: ${problem.what}` : change;
}

describe("inspectPlan", () => {
  it("tells create, update, attributes and unchanged apart, with the current text for a diff", () => {
    const scratch = makeScratch();
    scratch.write("etc/same", "text\n");
    scratch.write("etc/differs", "old\n");
    scratch.write("etc/mode", "text\n");
    for (const [name, mode] of [
      ["same", 0o644],
      ["differs", 0o644],
      ["mode", 0o600],
    ] as const)
      chmodSync(scratch.path(`etc/${name}`), mode);
    const steps = ["absent", "differs", "mode", "same"].map((name) => fileStep(`/etc/${name}`, "text\n"));
    const changes = inspectPlan(planOf(...steps), scratch.root);
    assert.deepEqual(changes.map(summary), ["create", "update", "attributes", "unchanged"]);
    assert.deepEqual(
      changes.map((change) => change.kind === "file" && [change.currentText, change.newText]),
      [
        [null, "text\n"],
        ["old\n", "text\n"],
        ["text\n", "text\n"],
        ["text\n", "text\n"],
      ],
    );
  });

  it("gives no current text for a binary file", () => {
    const scratch = makeScratch();
    mkdirSync(scratch.path("etc"));
    writeFileSync(scratch.path("etc/x"), Buffer.from([0, 1, 255]));
    const change = only(inspectPlan(planOf(fileStep("/etc/x", "text")), scratch.root));
    assert.equal(change.change, "update");
    assert.equal(change.kind === "file" && change.currentText, null);
  });

  it("gives no current text of a file that may hold a secret, even where its template no longer prints one", () => {
    const scratch = makeRunnable();
    storeSecret(scratch, "app.env", "PASSWORD=old\n");
    scratch.write("etc/moved.env", "PASSWORD=old\n", 0o400);
    const attributes = { uid: OWN_UID, gid: OWN_GID, mode: 0o400 };
    const record = { kind: "secret", path: "/etc/moved.env", versionIds: { db: "1" }, onChange: [], attributes };
    scratch.write("var/lib/parbake/managed.json", JSON.stringify({ schema: 1, runId: "1", files: [record] }));
    const paths = [`${SECRETS_FOLDER}/app.env`, "/etc/moved.env"];
    const changes = inspectPlan(planOf(...paths.map((path) => fileStep(path, "PORT=80\n"))), scratch.root);
    assert.deepEqual(
      changes.map((change) => change.kind === "file" && [change.change, change.currentText]),
      [
        ["update", null],
        ["update", null],
      ],
    );
  });

  it("says of secrets, and of files that print one, only whether they are there; never reads them", () => {
    const scratch = makeScratch();
    storeSecret(scratch, "db/password", "old", 0o600);
    storeSecret(scratch, "app.env", "old", 0o600);
    const reference = { reference: { secret: "db", key: "password" }, format: "env" } as const;
    const plan = planOf(
      secretStep("db", { password: `${SECRETS_FOLDER}/db/password`, user: `${SECRETS_FOLDER}/db/user`, unused: null }),
      secretStep("api", { token: `${SECRETS_FOLDER}/api/token` }),
      fileStep(`${SECRETS_FOLDER}/app.env`, ["PASSWORD=", reference], { mode: 0o400 }),
    );
    const changes = inspectPlan(plan, scratch.root);
    assert.deepEqual(changes.map(summary), ["present", "create", "create", "present"]);
    const file = changes[3]!;
    assert.deepEqual(file.kind === "file" && [file.currentText, file.newText], [null, null]);
  });

  it("goes on where something is wrong, and says what apply would stumble over", () => {
    const scratch = makeScratch();
    scratch.write("etc/real/x", "text");
    symlinkSync("real", scratch.path("etc/link"));
    const plan = planOf(
      fileStep("/etc/link/x", "text"),
      fileStep("/etc/missing/x", "text"),
      fileStep("/etc/real/x", "new", { owner: "nobody-here", group: null }),
      fileStep("/etc/real", "text"),
    );
    assert.deepEqual(inspectPlan(plan, scratch.root).map(summary), [
      `unknown: ${scratch.path("etc/link")} is a symlink, and a folder was expected`,
      `create: the folder ${scratch.path("etc/missing")} does not exist`,
      "update: /etc/real/x: there is no user 'nobody-here' in /etc/passwd",
      `unknown: ${scratch.path("etc/real")} is a folder, and parbake writes files only`,
    ]);
  });

  it("shows since when a file is different from what parbake wrote, and what onDrift makes of it", async () => {
    const scratch = makeRunnable();
    const paths = ["/etc/keep", "/etc/overwrite", "/etc/refuse", "/etc/same"];
    await applyPlan(planOf(...paths.map((path) => fileStep(path, "1"))), optionsFor(scratch.root));
    for (const path of paths.slice(0, 3)) {
      writeFileSync(scratch.path(path), "by hand");
      utimesSync(scratch.path(path), new Date("2026-02-03T04:05:06Z"), new Date("2026-02-03T04:05:06Z"));
    }
    const steps = (["keep", "overwrite", "refuse"] as const).map((onDrift) =>
      fileStep(`/etc/${onDrift}`, "1", { onDrift }),
    );
    const changes = inspectPlan(planOf(...steps, fileStep("/etc/same", "1")), scratch.root);
    assert.deepEqual(changes.map(summary), [
      "kept",
      "update",
      "update: /etc/refuse was edited by hand (2026-02-03T04:05:06.000Z), and its `onDrift: refuse` forbids overwriting it",
      "unchanged",
    ]);
    const since = { since: "2026-02-03T04:05:06.000Z" };
    assert.deepEqual(
      changes.map((change) => change.kind === "file" && [change.drift, change.adopted]),
      [
        [since, false],
        [since, false],
        [since, false],
        [null, false],
      ],
    );
  });

  it("tells a file that is there before parbake's first run", () => {
    const scratch = makeScratch();
    scratch.write("etc/a", "theirs");
    const change = only(inspectPlan(planOf(fileStep("/etc/a", "x")), scratch.root));
    assert.deepEqual(change.kind === "file" && [change.change, change.adopted, change.drift], ["update", true, null]);
  });

  it("shows what a whole plan no longer declares: removed, or kept and why; a part of a plan removes nothing", async () => {
    const scratch = makeRunnable();
    await applyPlan(planOf(fileStep("/etc/a", "1"), fileStep("/etc/b", "1")), optionsFor(scratch.root));
    writeFileSync(scratch.path("etc/b"), "by hand");
    const changes = inspectPlan(planOf(), scratch.root);
    assert.deepEqual(
      changes.map((change) => change.kind === "removal" && [change.path, change.change, change.note?.what ?? null]),
      [
        ["/etc/a", "remove", null],
        ["/etc/b", "kept", "/etc/b is no longer declared, and parbake leaves it alone: it was edited by hand"],
      ],
    );
    assert.deepEqual(inspectPlan({ ...planOf(), part: "tuning" }, scratch.root), []);
  });

  it("shows folders as made, changed or unchanged, and a file in a declared folder as writable", () => {
    const scratch = makeScratch();
    mkdirSync(scratch.path("etc"), { mode: 0o755 });
    mkdirSync(scratch.path("etc/open"));
    chmodSync(scratch.path("etc/open"), 0o777);
    symlinkSync("open", scratch.path("etc/link"));
    const owner = { owner: String(OWN_UID), group: String(OWN_GID), mode: 0o755 };
    const folders = ["/etc/new", "/etc/open", "/etc", "/etc/link"].map(
      (path) => ({ kind: "folder", path, ...owner }) as const,
    );
    const plan = planOf(
      ...folders,
      fileStep("/etc/new/a", "x"),
      fileStep("/etc/open/a", "x"),
      fileStep("/etc/other/a", "x"),
    );
    assert.deepEqual(inspectPlan(plan, scratch.root).map(summary), [
      "create",
      "attributes",
      "unchanged",
      `unknown: ${scratch.path("etc/link")} is declared as a folder, and is a symlink`,
      "create",
      "create",
      `create: the folder ${scratch.path("etc/other")} does not exist`,
    ]);
  });

  it("tells a changed secret from an unchanged one by its version alone, where that is known", async () => {
    const scratch = makeRunnable();
    const reference = { reference: { secret: "db", key: "password" }, format: "env" } as const;
    const plan = planOf(
      secretStep("db", { password: `${SECRETS_FOLDER}/db/password` }),
      fileStep(`${SECRETS_FOLDER}/app.env`, ["PASSWORD=", reference], { mode: 0o400 }),
    );
    await applyPlan(plan, optionsFor(scratch.root, { fetchSecret: async () => fetched({ password: "x" }) }));
    const told = (...versions: [string, string][]) =>
      inspectPlan(plan, scratch.root, new Map(versions)).map(({ change }) => change);
    assert.deepEqual(told(), ["present", "present"]);
    assert.deepEqual(told(["db", "version-1"]), ["unchanged", "unchanged"]);
    assert.deepEqual(told(["db", "version-2"]), ["update", "update"]);
  });
});
