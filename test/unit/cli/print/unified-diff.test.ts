import assert from "node:assert/strict";
import fc from "fast-check";
import { countChanges } from "../../../../agent/cli/print/count-changes.ts";
import { loadDiff } from "../../../../agent/cli/print/unified-diff.ts";

const computeDiff = await loadDiff();

describe("computeDiff", () => {
  it("is empty for two texts that are the same", () => {
    assert.equal(computeDiff("a\nb\n", "a\nb\n", "/etc/x"), "");
  });

  it("shows three lines of context around each change, and joins changes that are near", () => {
    const oldText = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\n";
    const newText = "a\nB\nc\nd\ne\nf\ng\nh\ni\nj\nl\nm\n";
    const expected = [
      "--- /etc/x",
      "+++ /etc/x",
      "@@ -1,5 +1,5 @@",
      " a",
      "-b",
      "+B",
      " c",
      " d",
      " e",
      "@@ -8,5 +8,5 @@",
      " h",
      " i",
      " j",
      "-k",
      " l",
      "+m",
      "",
    ].join("\n");
    assert.equal(computeDiff(oldText, newText, "/etc/x"), expected);
  });

  it("names /dev/null as the old file of one that is not there yet", () => {
    assert.equal(computeDiff(null, "a\nb\n", "/etc/x"), "--- /dev/null\n+++ /etc/x\n@@ -0,0 +1,2 @@\n+a\n+b\n");
  });

  it("marks a last line that has no line feed", () => {
    const expected = "--- x\n+++ x\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n";
    assert.equal(computeDiff("a", "a\n", "x"), expected);
  });

  it("makes the new text from the old when its hunks are applied, whatever the texts", () => {
    const text = fc.array(fc.constantFrom("a\n", "b\n", "c\n", "\n")).map((lines) => lines.join(""));
    fc.assert(
      fc.property(text, text, fc.boolean(), (oldText, newText, cut) => {
        const target = cut ? newText.replace(/\n$/, "") : newText;
        assert.equal(applyDiff(oldText, computeDiff(oldText, target, "x")), target);
      }),
      { numRuns: 500 },
    );
  });

  it("finds the fewest edits for one moved line among many", () => {
    const lines = Array.from({ length: 400 }, (_, index) => `${index}\n`);
    const moved = [...lines.slice(0, 100), ...lines.slice(101, 300), lines[100]!, ...lines.slice(300)];
    const changes = computeDiff(lines.join(""), moved.join(""), "x").match(/^[-+]\d+$/gm);
    assert.deepEqual(changes, ["-100", "+100"]);
  });

  it("shows texts without a common line as one removed and one added, in little time", () => {
    const oldText = Array.from({ length: 20_000 }, (_, index) => `old ${index}\n`).join("");
    const newText = Array.from({ length: 20_000 }, (_, index) => `new ${index}\n`).join("");
    assert.equal(applyDiff(oldText, computeDiff(oldText, newText, "x")), newText);
  });
});

// What patch(1) does, without its fuzz: every line that is kept or removed must be where the hunk says.
function applyDiff(oldText: string, diff: string): string {
  const old = oldText.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  let result = "";
  let next = 0;
  const lines = diff.split("\n").slice(2, -1);
  for (const [index, line] of lines.entries()) {
    const header = /^@@ -(\d+)(?:,(\d+))? /.exec(line);
    if (header) {
      const start = header[2] === "0" ? Number(header[1]) : Number(header[1]) - 1;
      while (next < start) result += old[next++]!;
      continue;
    }
    if (line.startsWith("\\")) continue;
    const text = line.slice(1) + (lines[index + 1]?.startsWith("\\") ? "" : "\n");
    if (!line.startsWith("+")) assert.equal(old[next++], text);
    if (!line.startsWith("-")) result += text;
  }
  return result + old.slice(next).join("");
}

describe("countChanges", () => {
  it("counts the lines that come and go, as the diff has them", () => {
    assert.deepEqual(countChanges("a\nb\nc\n", "a\nB\nc\nd\n"), { added: 2, removed: 1 });
    assert.deepEqual(countChanges(null, "a\nb\n"), { added: 2, removed: 0 });
    assert.deepEqual(countChanges("a", "a\n"), { added: 1, removed: 1 });
    assert.deepEqual(countChanges("a\n", "a\n"), { added: 0, removed: 0 });
  });

  it("agrees with the diff, whatever the texts", () => {
    const text = fc.array(fc.constantFrom("a\n", "b\n", "c\n", "\n", "-\n", "+\n")).map((lines) => lines.join(""));
    fc.assert(
      fc.property(text, text, fc.boolean(), (oldText, newText, cut) => {
        const target = cut ? newText.replace(/\n$/, "") : newText;
        assert.deepEqual(countChanges(oldText, target), countMarks(computeDiff(oldText, target, "x")));
      }),
      { numRuns: 500 },
    );
  });

  it("agrees with the diff of texts that differ in more lines than are searched", () => {
    const lines = (word: string) => Array.from({ length: 1200 }, (_, index) => `${word} ${index}\n`).join("");
    const [oldText, newText] = [`same\n${lines("old")}end\n`, `same\n${lines("new")}more\nend\n`];
    assert.deepEqual(countChanges(oldText, newText), { added: 1201, removed: 1200 });
    assert.deepEqual(countMarks(computeDiff(oldText, newText, "x")), { added: 1201, removed: 1200 });
  });
});

function countMarks(diff: string): { added: number; removed: number } {
  const lines = diff.split("\n").slice(2);
  const count = (mark: string) => lines.filter((line) => line.startsWith(mark)).length;
  return { added: count("+"), removed: count("-") };
}
