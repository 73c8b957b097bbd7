// What can be said of the documents without a build: every command of parbake amid text is one.
// test/binary/documents.test.ts runs the blocks.

import assert from "node:assert/strict";
import { listRefusals, PAGES, readBlocks, readPage } from "../support/documents.ts";

/** What `parbake --version` prints. */
const VERSION = "parbake commit node catalogue";
/** They tell what was, not what is. */
const HISTORY = new Set(["CHANGELOG.md", "DECISIONS.md"]);

const withoutBlocks = (page: string): string => readPage(page).replaceAll(/^```[^]*?^```$/gm, "");

describe("the documents", () => {
  it("name no command or option of parbake's that there is not", () => {
    const spans = PAGES.filter((page) => !HISTORY.has(page)).flatMap((page) =>
      [...withoutBlocks(page).matchAll(/`(parbake [^`]+)`/g)].map(([, span]) => [page, span!] as const),
    );
    assert.ok(spans.length > 40);
    const wrong = spans
      .filter(([, span]) => span !== VERSION)
      .flatMap(([page, span]) => listRefusals(span).map((refusal) => `${page}: ${span}: ${refusal}`));
    assert.deepEqual(wrong, []);
  });

  it("say of each block what it is in, so that no command hides in one that nothing runs", () => {
    const blocks = PAGES.flatMap(readBlocks);
    const unnamed = blocks.filter(({ language }) => language === "");
    const hidden = blocks
      .filter(({ language }) => !/^(?:sh|console)$/.test(language))
      .filter(({ text }) => /^(?:\$ |sudo )*(?:parbake |(?:\.\/)?scripts\/\w)/m.test(text));
    assert.deepEqual(
      [...unnamed, ...hidden].map(({ page, line }) => `${page}:${line}`),
      [],
    );
  });

  it("mark what can't be run with a reason, and only that", () => {
    const marks = PAGES.flatMap((page) => readPage(page).match(/^ *<!-- not run: .* -->$/gm) ?? []);
    const marked = PAGES.flatMap((page) => readBlocks(page)).filter(({ notRun }) => notRun !== null);
    assert.equal(marks.length, marked.length);
    for (const { page, line, language } of marked) assert.match(language, /^(sh|console)$/, `${page}:${line}`);
  });
});
