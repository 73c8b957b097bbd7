import assert from "node:assert/strict";
import { parseSeal } from "../../../agent/config/read/parse-seal.ts";
import type { SealConfig } from "../../../agent/config/seal-config.ts";
import { parseYaml } from "../../../agent/config/yaml/parse-yaml.ts";
import { formatFinding, type Problem } from "../../../agent/refusal.ts";
import { applyAllowances } from "../../../agent/seal/allow.ts";
import type { Finding } from "../../../agent/seal/finding.ts";
import { loadGlobs } from "../../../agent/seal/path-globs.ts";
import { assertWithin } from "../../support/slowness.ts";

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
    it(`${title} ${isAllowed ? "takes the finding out" : "does not"}`, async () => {
      const { findings, allowed } = applyAllowances(
        [KEY],
        configOf(`salt: 0123456789ab\n${ALLOW(more)}`),
        TODAY,
        await loadGlobs(),
      );
      assert.equal(
        findings.some(({ kind }) => kind === "private-key"),
        !isAllowed,
      );
      assert.deepEqual(allowed, isAllowed ? [{ finding: KEY, reason: "a vendor's test key", owner: "platform" }] : []);
    });

  it("is told once it has ended, and where nothing needs it", async () => {
    const config = configOf(ALLOW("path: /opt/**, until: 2027-01-30"));
    const { findings } = applyAllowances([KEY], config, TODAY, await loadGlobs());
    assert.deepEqual(
      findings.map(({ kind, severity, what, place }) => [kind, severity, what, place?.line]),
      [
        ["private-key", "fail", "a key", undefined],
        ["allowance", "warn", "an allowance that ended on 2027-01-30", 1],
      ],
    );
    const unused = applyAllowances([], configOf(ALLOW("path: /srv/**")), TODAY, await loadGlobs()).findings;
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

  for (const [glob, path, isMeant] of [
    ["/a/**/b", "/a/b", true],
    ["/a/**/b", "/a/x/.y/b", true],
    ["/a/**", "/a/.env", true],
    ["/a/*", "/a/x/b", false],
    ["/a.b", "/axb", false],
    ["/a/?", "/a/😀", true],
    ["/a/{b,c}/*.pem", "/a/c/x.pem", true],
    ["/a/{b,c}/*.pem", "/a/d/x.pem", false],
    ["/a/key[0-9]", "/a/key7", true],
    ["/a/key[0-9]", "/a/keyx", false],
    [String.raw`/a/key\[0]`, "/a/key[0]", true],
    ["/a/x (1)/*", "/a/x (1)/b", true],
    ["/a/!b", "/a/!b", true],
    ["/a/@(b)", "/a/@(b)", true],
  ] as const)
    it(`reads ${glob} as the shell does: ${path} is ${isMeant ? "meant" : "another"}`, async () => {
      assert.equal((await loadGlobs())(glob)(path), isMeant);
    });

  it("takes no longer for a glob of many stars", async () => {
    const compile = await loadGlobs();
    const startedMs = performance.now();
    assert.equal(compile(`/opt/${"**/a/".repeat(12)}z`)(`/opt/${"a/".repeat(400)}q`), false);
    assert.equal(compile(`/opt/${"a*".repeat(6)}b`)(`/opt/${"a".repeat(200)}`), false);
    // A regular expression of one `[^/]*` for each star takes longer than a person lives.
    assertWithin(1_000, performance.now() - startedMs);
  });
});

describe("the severity of a kind", () => {
  it("is what the config says", async () => {
    const config = configOf("severity: { private-key: warn }");
    assert.deepEqual(applyAllowances([KEY], config, TODAY, await loadGlobs()).findings, [{ ...KEY, severity: "warn" }]);
  });

  it("is fail or warn", () => {
    assert.deepEqual(parse("severity: { jwt: ignore }").problems, [
      "parbake.yaml:1:18: severity.jwt: expected fail or warn, found 'ignore'",
    ]);
  });
});
