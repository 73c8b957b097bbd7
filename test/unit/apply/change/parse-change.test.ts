import assert from "node:assert/strict";
import type { Change } from "../../../../agent/apply/change/change.ts";
import { parseChange } from "../../../../agent/apply/change/parse-change.ts";
import { parseWhole } from "../../../../agent/apply/state/parse-state.ts";

const TRUST = { uids: [26], gids: [26] };
const OLD_NAME = ".a.conf.parbake-tmp.0123456789abcdef";
const NEW_NAME = ".a.conf.parbake-tmp.fedcba9876543210";
const AT = { file: "/etc/parbake/parbake.yaml", line: 4, column: 12 };

const COMMON = { path: "/etc/a.conf", trust: TRUST };
const CREATE = { kind: "create", ...COMMON, newName: NEW_NAME, newInode: "18446744073709551615", at: AT } as const;
const UPDATE = { kind: "update", ...COMMON, newName: NEW_NAME, newInode: "7", oldName: OLD_NAME, seen: "6:5" } as const;
const ATTRIBUTES = {
  kind: "attributes",
  ...COMMON,
  seen: "6:5",
  old: { uid: 0, gid: 0, mode: 0o644 },
  new: { uid: 1, gid: 1, mode: 0o600 },
} as const;
const FLIP = {
  kind: "generation",
  path: "/run/parbake/secrets/..data",
  trust: { uids: [], gids: [] },
  newGeneration: "..gen-2",
  oldGeneration: null,
  linkName: NEW_NAME,
  newLinks: ["db"],
  deadLinks: ["web.env"],
} as const;

const CHANGES: readonly Change[] = [
  CREATE,
  UPDATE,
  { kind: "remove", ...COMMON, oldName: OLD_NAME, seen: "6:5" },
  ATTRIBUTES,
  { kind: "make-folder", ...COMMON, newInode: "7" },
  FLIP,
];

function parse(value: unknown): Change | null {
  return parseWhole(JSON.parse(JSON.stringify(value)), parseChange);
}

describe("parseChange", () => {
  it("reads every kind as it was written", () => {
    for (const change of CHANGES) assert.deepEqual(parse(change), change, change.kind);
  });

  it("refuses a name that parbake does not give, a path that climbs, and whatever is not as it writes it", () => {
    for (const wrong of [
      { ...CREATE, newName: "passwd" },
      { ...CREATE, newName: "../.a.parbake-tmp.0123456789abcdef" },
      { ...UPDATE, oldName: ".x/../.a.parbake-tmp.0123456789abcdef" },
      { ...CREATE, path: "/etc/../root/x" },
      { ...CREATE, path: "etc/x" },
      { ...CREATE, trust: { uids: ["0"], gids: [] } },
      { ...CREATE, trust: { uids: [0xffffffff], gids: [] } },
      { ...CREATE, trust: { uids: [], gids: [-1] } },
      { ...CREATE, kind: "chmod" },
      { ...CREATE, at: 5 },
      { ...CREATE, at: { file: "x", line: 0 } },
      { ...UPDATE, seen: undefined },
      { ...ATTRIBUTES, new: { uid: 0, gid: 0, mode: 0o10000 } },
      { ...FLIP, newGeneration: "../etc" },
      { ...FLIP, oldGeneration: "..gen-0" },
      { ...FLIP, linkName: "..data" },
      { ...FLIP, newLinks: ["a/b"] },
      { ...FLIP, newLinks: ["..data"] },
      { ...FLIP, deadLinks: [""] },
      { ...FLIP, deadLinks: "db" },
      null,
      [],
      "create",
    ])
      assert.equal(parse(wrong), null, JSON.stringify(wrong));
  });
});
