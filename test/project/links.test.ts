// The links of the documents lead to something: a file that is there, a heading that the page has.

import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const TOP = join(import.meta.dirname, "../..");
const PAGES = globSync(["*.md", "{agent,scripts,systemd,templates,test}/**/*.md"], { cwd: TOP });

const read = (page: string): string => readFileSync(join(TOP, page), "utf8");

/** What a page links to, without what only looks like it: code, and other sites. */
function listLinks(text: string): string[] {
  const prose = text.replaceAll(/^ *```[^]*?^ *```$|`[^`\n]*`/gm, (code) => code.replaceAll(/[[\]()]/g, ""));
  const links = [...prose.matchAll(/\]\(([^)\s]+)\)|\b(?:src|srcset|href)="([^"]+)"/g)].map(
    ([, inline, html]) => inline ?? html!,
  );
  return links.filter((link) => !/^\w+:/.test(link));
}

/** As GitHub names a heading. */
function listAnchors(text: string): string[] {
  const headings = text.replaceAll(/^ *```[^]*?^ *```$/gm, "").matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, title]) =>
    title!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

function isBroken(page: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : relative(TOP, join(TOP, dirname(page), path));
  if (!existsSync(join(TOP, target))) return true;
  return anchor !== undefined && !listAnchors(read(target)).includes(anchor);
}

describe("the links of the documents", () => {
  it("are seen, of every kind", () => {
    const text = '[a](b.md#c) `[x](no)` <img src="d.svg"> [e](https://example.net/)\n```\n[f](no)\n```\n';
    assert.deepEqual(listLinks(text), ["b.md#c", "d.svg"]);
    assert.deepEqual(listAnchors("# The config\n## `seal`: what, when?\n"), ["the-config", "seal-what-when"]);
    assert.ok(isBroken("README.md", "no.md") && isBroken("README.md", "CONTRIBUTING.md#no"));
  });

  it("lead to files and headings that are there", () => {
    assert.ok(PAGES.includes("README.md") && PAGES.length > 15, PAGES.join(" "));
    const broken = PAGES.flatMap((page) =>
      listLinks(read(page)).flatMap((link) => (isBroken(page, link) ? [`${page}: ${link}`] : [])),
    );
    assert.deepEqual(broken, []);
  });
});

describe("the pages beside the code", () => {
  it("can all be reached from the README", () => {
    const seen = new Set(["README.md"]);
    for (const page of seen)
      for (const link of listLinks(read(page))) {
        const target = relative(TOP, join(TOP, dirname(page), link.split("#")[0]!));
        if (PAGES.includes(target)) seen.add(target);
      }
    assert.deepEqual(
      PAGES.filter((page) => !seen.has(page)),
      [],
    );
  });
});
