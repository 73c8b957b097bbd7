import assert from "node:assert/strict";
import type { Change } from "../../../../agent/apply/change/change.ts";
import { STATE_FOLDER } from "../../../../agent/apply/state/own-folders.ts";
import {
  chooseFolder,
  isSameBoot,
  newJournal,
  readJournal,
  removeJournal,
  writeJournal,
} from "../../../../agent/apply/transaction/journal.ts";
import { makeScratch } from "../../support/scratch.ts";

const TRUST = { uids: [26], gids: [26] };
const OLD_NAME = ".a.conf.parbake-tmp.0123456789abcdef";
const NEW_NAME = ".a.conf.parbake-tmp.fedcba9876543210";

const CHANGES: Change[] = [
  { kind: "create", path: "/etc/a.conf", trust: TRUST, newName: NEW_NAME, newInode: "18446744073709551615" },
  {
    kind: "update",
    path: "/etc/a.conf",
    trust: TRUST,
    newName: NEW_NAME,
    newInode: "7",
    oldName: OLD_NAME,
    seen: "6:5",
  },
  { kind: "remove", path: "/etc/a.conf", trust: TRUST, oldName: OLD_NAME, seen: "6:5" },
  {
    kind: "attributes",
    path: "/etc/a.conf",
    trust: TRUST,
    seen: "6:5",
    old: { uid: 0, gid: 0, mode: 0o644 },
    new: { uid: 1, gid: 1, mode: 0o600 },
  },
];

const FOLLOW_UP = {
  reloadsManager: true,
  actions: [{ unit: "app.service", action: "reload" }],
  healthChecks: [{ path: "/etc/a.conf", argv: ["/bin/true"], units: ["app.service"], holdsSecrets: false }],
} as const;

describe("a journal", () => {
  it("is read as it was written, and is of this boot", () => {
    const { root } = makeScratch();
    const journal = newJournal({ changes: CHANGES, followUp: FOLLOW_UP });
    assert.equal(readJournal(root, STATE_FOLDER).kind, "none");
    writeJournal(root, STATE_FOLDER, journal);
    assert.deepEqual(readJournal(root, STATE_FOLDER), { kind: "read", document: journal });
    assert.equal(isSameBoot(journal), true);
    assert.equal(isSameBoot({ ...journal, bootId: "another" }), false);
    removeJournal(root, STATE_FOLDER);
    assert.equal(readJournal(root, STATE_FOLDER).kind, "none");
  });

  it("is unreadable with another schema, an unknown phase, or an invalid part", () => {
    const scratch = makeScratch();
    const journal = newJournal({ changes: CHANGES, followUp: FOLLOW_UP });
    for (const wrong of [
      { schema: 2 },
      { phase: "begin" },
      { phase: ["act"] },
      { begun: [{ step: "restart app.service", times: -1 }] },
      { begun: [{ step: "restart app.service", times: 0.5 }] },
      { changes: [{}] },
      { changes: [{ ...CHANGES[0], path: "x" }] },
      { followUp: { ...FOLLOW_UP, actions: [{ unit: "a", action: "stop" }] } },
    ]) {
      scratch.write(`${STATE_FOLDER}/journal.json`, JSON.stringify({ ...journal, ...wrong }));
      assert.equal(readJournal(scratch.root, STATE_FOLDER).kind, "unreadable", JSON.stringify(wrong));
    }
  });

  it("lies in memory only where all that it protects does", () => {
    const at = (...paths: string[]) =>
      chooseFolder(
        paths.map((path) => ({ ...CHANGES[0]!, path })),
        "/mnt/secrets",
      );
    assert.equal(at("/mnt/secrets/db/password", "/run/app/x"), "/run/parbake");
    assert.equal(at("/mnt/secrets/db/password", "/etc/app.conf"), "/var/lib/parbake");
    assert.equal(at("/runaway/x"), "/var/lib/parbake");
  });
});
