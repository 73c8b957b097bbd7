import assert from "node:assert/strict";
import { sarifDocument } from "../../../../agent/cli/print/print-sarif.ts";
import { formatSeal } from "../../../../agent/cli/print/print-seal.ts";
import { choosePaint } from "../../../../agent/cli/text.ts";
import type { Finding } from "../../../../agent/seal/finding.ts";

const HISTORY: Finding = {
  kind: "shell-history",
  severity: "fail",
  place: { file: "/root/.bash_history" },
  what: "a history",
  fix: "Clean it.",
  digest: "aa",
};
const ARCHIVED: Finding = {
  kind: "jwt",
  severity: "fail",
  place: { file: "/opt/a b.tgz", member: "x/y", line: 7 },
  what: "a token",
  fix: "Remove it.",
  digest: "bb",
};
const WHOLE: Finding = {
  kind: "pending-updates",
  severity: "warn",
  what: "3 updates are pending",
  fix: "Run apt-get upgrade.",
};
const SEALED = {
  root: "/",
  findings: [WHOLE, HISTORY, ARCHIVED],
  allowed: [{ finding: { ...HISTORY, place: { file: "/x" } }, reason: "r", owner: "o" }],
  actions: [],
};

describe("what seal says", () => {
  it("is by kind, what fails before what warns, each with what to do", () => {
    const actions = [
      { did: "removed", path: "/tmp/a", why: "a temporary file" },
      { did: "removed", path: "/tmp/b", why: "a temporary file" },
    ] as const;
    assert.equal(
      formatSeal({ ...SEALED, actions }, choosePaint(false)),
      `removed a temporary file
    /tmp/a
    /tmp/b
✗ shell-history: a history. Clean it.
    /root/.bash_history  aa
✗ jwt: a token. Remove it.
    /opt/a b.tgz!x/y:7  bb
! pending-updates: 3 updates are pending. Run apt-get upgrade.
not sealed: 2 findings, 1 warning, 1 allowed by the config
`,
    );
  });

  it("is short where there is nothing to say", () => {
    assert.equal(formatSeal({ root: "/", findings: [], allowed: [], actions: [] }, choosePaint(false)), "sealed\n");
  });

  it("counts the places of a kind that has many", () => {
    const many = Array.from({ length: 45 }, (_, at) => ({ ...HISTORY, place: { file: `/${at}` } }));
    assert.match(
      formatSeal({ ...SEALED, findings: many }, choosePaint(false)),
      /\/19 .*\n    and 25 more\nnot sealed: 45 findings/,
    );
  });
});

/** That the document has the fields of the standard's schema, tsc says, by the types of @types/sarif. */
describe("the SARIF of seal", () => {
  const { $schema, version, runs } = sarifDocument(SEALED, "1.2.3");
  const { tool, results = [] } = runs[0]!;

  it("has version, tool and rules, and results that name their rules", () => {
    assert.equal(version, "2.1.0");
    assert.match($schema!, /^https:\/\/.*sarif-schema-2\.1\.0\.json$/);
    const { name, version: ofTool, rules = [] } = tool.driver;
    assert.deepEqual([name, ofTool], ["parbake", "1.2.3"]);
    assert.deepEqual(
      rules.map(({ id }) => id),
      ["pending-updates", "shell-history", "jwt"],
    );
    for (const { ruleId, ruleIndex, level, message } of results) {
      assert.equal(rules[ruleIndex!]!.id, ruleId);
      assert.ok(level === "error" || level === "warning");
      assert.ok(message.text!.length > 0);
    }
  });

  it("says where, relative to the image's root, and names what is within an archive", () => {
    assert.deepEqual(results[2]!.locations, [
      {
        physicalLocation: {
          artifactLocation: { uri: "opt/a%20b.tgz", uriBaseId: "IMAGE_ROOT" },
          region: { startLine: 7 },
        },
        logicalLocations: [{ fullyQualifiedName: "/opt/a b.tgz!x/y", kind: "member" }],
      },
    ]);
    assert.equal(results[0]!.locations, undefined);
  });

  it("has what is allowed as suppressed, with reason and owner", () => {
    assert.deepEqual(results[3]!.suppressions, [{ kind: "external", status: "accepted", justification: "r (o)" }]);
  });
});
