import assert from "node:assert/strict";
import { readPage } from "../support/documents.ts";

const faq = readPage("FAQ.md");

const section = (title: string): string => {
  const [, text] = faq.split(`\n## ${title}\n`);
  return text!.split("\n## ")[0]!;
};

const rowsOf = (text: string): string[][] =>
  [...text.matchAll(/^\| (.+) \|$/gm)].map(([, row]) => row!.split(" | ").map((cell) => cell.trim()));

describe("the comparison of the FAQ", () => {
  const [heads, , ...rows] = rowsOf(section("The same as a table"));

  it("says has, thin, missing or – of every tool in every row", () => {
    assert.ok(rows.length > 15);
    for (const [what, ...cells] of rows) {
      assert.equal(cells.length, heads!.length - 1, what);
      for (const cell of cells) assert.match(cell, /^(has|thin|missing|–)$/, what);
    }
  });

  it("argues all that parbake lacks, and nothing else", () => {
    const lacks = rows.filter(([, own]) => own !== "has").map(([what]) => what!);
    const argued = [...section("What parbake leaves out, and why").matchAll(/^- \*\*(.+?)\*\*: /gm)].map(
      ([, what]) => what!,
    );
    assert.deepEqual(argued, lacks);
  });

  it("names the sources of each tool", () => {
    const sources = new Map(rowsOf(section("Sources")).map(([about, read]) => [about!, read!]));
    for (const tool of heads!.slice(2)) assert.match(sources.get(tool) ?? "", /\]\(https:\/\//, tool);
  });
});
