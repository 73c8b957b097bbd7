// What can be said of the documents without a build: every link leads somewhere, and every command of parbake amid text is one.
// test/binary/documents.test.ts runs the blocks.

import assert from "node:assert/strict";
import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { listRefusals, PAGES, readBlocks, readPage, TOP } from "../support/documents.ts";

/** What `parbake --version` prints. */
const VERSION = "parbake commit node catalogue";
/** They tell what was, not what is. */
const HISTORY = new Set(["CHANGELOG.md", "DECISIONS.md"]);

const withoutBlocks = (page: string): string => readPage(page).replaceAll(/^```[^]*?^```$/gm, "");

/** As GitHub makes the anchor of a heading. */
function anchorOf(heading: string): string {
  const text = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
  return text.replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(/\s/g, "-");
}

function listAnchors(page: string): ReadonlySet<string> {
  return new Set([...withoutBlocks(page).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading!)));
}

describe("the documents", () => {
  it("have no link that leads nowhere", () => {
    const dead = PAGES.flatMap((page) =>
      [
        ...withoutBlocks(page)
          .replaceAll(/`[^`\n]*`/g, "")
          .matchAll(/\]\(([^)\s]+)\)/g),
      ].flatMap(([, link]) => {
        const [path = "", anchor] = link!.split("#");
        if (/^[a-z]+:/.test(path)) return [];
        const target = path === "" ? page : join(dirname(page), path);
        if (!existsSync(join(TOP, target))) return [`${page}: ${link}`];
        const isPage = anchor !== undefined && statSync(join(TOP, target)).isFile();
        return isPage && !listAnchors(target).has(anchor) ? [`${page}: ${link}`] : [];
      }),
    );
    assert.deepEqual(dead, []);
  });

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

  it("mark what can't be run with a reason, and only that", () => {
    const marks = PAGES.flatMap((page) => readPage(page).match(/^ *<!-- not run: .* -->$/gm) ?? []);
    const marked = PAGES.flatMap((page) => readBlocks(page)).filter(({ notRun }) => notRun !== null);
    assert.equal(marks.length, marked.length);
    for (const { page, line, language } of marked) assert.match(language, /^(sh|console)$/, `${page}:${line}`);
  });
});
