import assert from "node:assert/strict";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { inspectPlan, type Change } from "../../../agent/apply/inspect.ts";
import { fileStep, makeScratch, planOf, removeScratches, secretStep, SECRETS_FOLDER } from "./scratch.ts";

function only(changes: Change[]): Change {
  assert.equal(changes.length, 1);
  return changes[0]!;
}

function summary({ change, problem }: Change): string {
  return problem ? `${change}: ${problem.what}` : change;
}

describe("inspectPlan", () => {
  afterEach(removeScratches);

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

  it("says of secrets, and of files that print one, only whether they are there; never reads them", () => {
    const scratch = makeScratch();
    scratch.write(`${SECRETS_FOLDER}/db/password`, "old", 0o600);
    scratch.write(`${SECRETS_FOLDER}/app.env`, "old", 0o600);
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
});
