import assert from "node:assert/strict";
import { parseConfig } from "../../../../agent/config/read/parse-config.ts";
import { formatProblem } from "../../../../agent/refusal.ts";

const parse = (...texts: string[]) =>
  parseConfig(
    [`apps: { a: { profile: nginx } }\n${texts[0]}`, ...texts.slice(1)].map((text, index) => ({
      file: `${index}.yaml`,
      text,
    })),
  );

function problemsOf(text: string): string[] {
  const result = parse(text);
  return result.kind === "problems" ? result.problems.map(formatProblem) : [];
}

describe("launchOn", () => {
  it("is a list of patterns, each with its place; of several files the last one's", () => {
    const result = parse("launchOn: [m7g.*]\n", 'launchOn:\n  - "r7i.{large..8xlarge}"\n  - t4g.small\n');
    assert.ok(result.kind === "config");
    assert.deepEqual(
      result.config.launchOn.map(({ pattern, at }) => [pattern.text, at?.file, at?.line, at?.column]),
      [
        ["r7i.{large..8xlarge}", "1.yaml", 2, 5],
        ["t4g.small", "1.yaml", 3, 5],
      ],
    );
  });
  it("is empty where nothing is said", () => {
    const result = parse("imds: optional\n");
    assert.ok(result.kind === "config");
    assert.deepEqual(result.config.launchOn, []);
  });
  it("takes a type that no catalogue knows: that is asked in the bake, not at boot", () =>
    assert.deepEqual(problemsOf("launchOn: [m99z.large]\n"), []));
  it("refuses malformed patterns, all at once and each with line and column", () => {
    assert.deepEqual(problemsOf('launchOn: ["m7g.{large", m7g.*, "r7i.{lrage..8xlarge}", 3]\n'), [
      "0.yaml:2:12: launchOn[0]: 'm7g.{large' has a brace without its partner, or braces inside of braces. Write {a,b} or {large..8xlarge}, one after another.",
      "0.yaml:2:33: launchOn[2]: EC2 has no size 'lrage'. Did you mean 'large'?",
      "0.yaml:2:57: launchOn[3]: expected text, found the number 3. Put it in quotes.",
    ]);
    assert.match(problemsOf("launchOn: m7g.*\n")[0]!, /^0\.yaml:2:11: launchOn: expected a list, found 'm7g\.\*'\. /);
  });
});
