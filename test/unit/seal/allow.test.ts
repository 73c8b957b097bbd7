import assert from "node:assert/strict";
import { parseSeal } from "../../../agent/config/read/parse-seal.ts";
import type { SealConfig } from "../../../agent/config/seal-config.ts";
import { parseYaml } from "../../../agent/config/yaml/parse-yaml.ts";
import { formatFinding, type Problem } from "../../../agent/refusal.ts";
import { applyAllowances, globRegExp } from "../../../agent/seal/allow.ts";
import type { Finding } from "../../../agent/seal/finding.ts";

function parse(text: string): { config: SealConfig; problems: string[] } {
  const problems: Problem[] = [];
  const config = parseSeal([parseYaml("parbake.yaml", text, problems)]);
  return { config, problems: problems.map(formatFinding) };
}

function configOf(text: string): SealConfig {
  const { config, problems } = parse(text);
  assert.deepEqual(problems, []);
  return config;
}

const found = (kind: string, file: string, digest: string): Finding => {
  return { kind, severity: "fail", place: { file }, what: "a key", fix: "Remove it.", digest };
};

const KEY = found("private-key", "/opt/app/tls/test.key", "0123456789abcdef");
const TODAY = "2027-01-31";

const ALLOW = (more: string): string => `allow: [ { reason: a vendor's test key, owner: platform, ${more} } ]\n`;

describe("an allowance", () => {
  for (const [title, more, isAllowed] of [
    ["of its path", "path: /opt/app/tls/test.key", true],
    ["of a path with a star", "path: /opt/app/tls/*.key", true],
    ["of a path with two", "path: /opt/**", true],
    ["of a path whose star would cross a folder", "path: /opt/*/test.key", false],
    ["of its path and its kind", "path: /opt/**, kind: private-key", true],
    ["of its path and another kind", "path: /opt/**, kind: jwt", false],
    ["of its digest", "digest: 0123456789abcdef", true],
    ["of another digest", "digest: ffffffffffffffff", false],
    ["that ends today", "path: /opt/**, until: 2027-01-31", true],
    ["that ended yesterday", "path: /opt/**, until: 2027-01-30", false],
  ] as const)
    it(`${title} ${isAllowed ? "takes the finding out" : "does not"}`, () => {
      const { findings, allowed } = applyAllowances([KEY], configOf(`salt: 0123456789ab\n${ALLOW(more)}`), TODAY);
      assert.equal(
        findings.some(({ kind }) => kind === "private-key"),
        !isAllowed,
      );
      assert.deepEqual(allowed, isAllowed ? [{ finding: KEY, reason: "a vendor's test key", owner: "platform" }] : []);
    });

  it("is told once it has ended, and where nothing needs it", () => {
    const config = configOf(ALLOW("path: /opt/**, until: 2027-01-30"));
    const { findings } = applyAllowances([KEY], config, TODAY);
    assert.deepEqual(
      findings.map(({ kind, severity, what, place }) => [kind, severity, what, place?.line]),
      [
        ["private-key", "fail", "a key", undefined],
        ["allowance", "warn", "an allowance that ended on 2027-01-30", 1],
      ],
    );
    const unused = applyAllowances([], configOf(ALLOW("path: /srv/**")), TODAY).findings;
    assert.deepEqual(
      unused.map(({ what, place }) => [what, place?.file]),
      [["an allowance that nothing needs", "parbake.yaml"]],
    );
  });

  it("needs a reason, an owner, and a path or a digest, and the digest a salt", () => {
    assert.deepEqual(parse("allow: [ { kind: jwt, until: soon }, { digest: a, reason: r, owner: o } ]").problems, [
      "parbake.yaml:1:10: allow[0]: has no reason",
      "parbake.yaml:1:10: allow[0]: has no owner",
      "parbake.yaml:1:10: allow[0]: has no path",
      "parbake.yaml:1:30: allow[0].until: expected a day, found soon",
      "parbake.yaml:1:48: allow[1].digest: needs seal.salt: without it, each run has digests of its own",
    ]);
  });

  it("reads a star as the shell does", () => {
    assert.ok(globRegExp("/a/**/b").test("/a/b"));
    assert.ok(globRegExp("/a/**/b").test("/a/x/y/b"));
    assert.ok(!globRegExp("/a.b").test("/axb"));
  });
});

describe("the severity of a kind", () => {
  it("is what the config says", () => {
    const config = configOf("severity: { private-key: warn }");
    assert.deepEqual(applyAllowances([KEY], config, TODAY).findings, [{ ...KEY, severity: "warn" }]);
  });

  it("is fail or warn", () => {
    assert.deepEqual(parse("severity: { jwt: ignore }").problems, [
      "parbake.yaml:1:18: severity.jwt: expected fail or warn, found 'ignore'",
    ]);
  });
});
