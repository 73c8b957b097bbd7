import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { COMMANDS } from "../../../agent/cli/commands.ts";
import { OPTIONS } from "../../../agent/cli/options.ts";
import { convertMarkdown, readBody, readSection } from "../../../scripts/docs/markdown-to-roff.ts";
import { formatInline } from "../../../scripts/docs/roff.ts";
import { formatCommandsPage, formatConfigPage, formatTemplatesPage } from "../../../scripts/docs/write-man.ts";
import { describeWhere } from "../../e2e/support/requirements.ts";

const PAGES = {
  "parbake.1": formatCommandsPage,
  "parbake.yaml.5": formatConfigPage,
  "parbake-templates.7": formatTemplatesPage,
} as const;

describe("text in roff", () => {
  for (const [title, text, roff] of [
    ["a hyphen is a minus, which can be copied", "--root", "\\-\\-root"],
    ["a backslash is one", "a\\n", "a\\en"],
    ["code and what is bold are bold", "see `plan` and **this**", "see \\fBplan\\fR and \\fBthis\\fR"],
    ["a link is its text", "see [the page](x/y.md)", "see the page"],
    ["a dot in front begins no request", ".hidden", "\\&.hidden"],
    ["a quote in front begins no request", "'tis", "\\&'tis"],
  ] as const)
    it(title, () => assert.equal(formatInline(text), roff));

  it("keeps an example's lines, blank ones too", () =>
    assert.equal(convertMarkdown("```sh\na: 1\n\n.b\n```"), ".PP\n.EX\na: 1\n\n\\&.b\n.EE"));
  it("makes an item of each of a list, and joins its lines", () =>
    assert.equal(convertMarkdown("- one\n  more\n- two"), ".IP \\(bu 2\none more\n.IP \\(bu 2\ntwo"));
  it("makes a tagged paragraph of a table's row", () =>
    assert.equal(convertMarkdown("| a | b |\n| - | - |\n| X_Y | z |"), ".TP\n\\fBX_Y\\fR\nz"));
  it("makes a heading of a page one within its chapter, as it is written", () =>
    assert.equal(
      convertMarkdown(readBody("# Page\n\nfirst\n\n## A `b` c\n\nlast")),
      ".PP\nfirst\n.SS A \\fBb\\fR c\n.PP\nlast",
    ));
  it("misses no section silently", () =>
    assert.throws(() => readSection("## A\n\ntext\n", "B"), /the page has no section "B"/));
});

describe("the man page of parbake", () => {
  const page = formatCommandsPage("1.2.3", "2026-11-29");
  it("has every command and every option", () => {
    for (const name of Object.keys(COMMANDS))
      assert.ok(page.includes(`\\fBparbake ${name.replaceAll("-", "\\-")}\\fR`), name);
    for (const name of Object.keys(OPTIONS))
      assert.ok(page.includes(`\\fB\\-\\-${name.replaceAll("-", "\\-")}\\fR`), name);
  });
  it("is of its version and date, so that the same release has the same page", () =>
    assert.match(page, /^\.TH PARBAKE 1 2026-11-29 "parbake 1\.2\.3" "parbake"$/m));
});

describeWhere({ programs: ["groff"] }, "the man pages", () => {
  for (const [name, format] of Object.entries(PAGES))
    it(`are without a warning of groff, which man shows them by: ${name}`, () => {
      const argv = ["-K", "utf8", "-T", "utf8", "-man", "-t", "-z", "-ww"];
      const { stderr, status } = spawnSync("groff", argv, { input: format("1.2.3", "2026-11-29"), encoding: "utf8" });
      assert.deepEqual([stderr, status], ["", 0]);
    });
});

describeWhere({ programs: ["mandoc"] }, "the man pages", () => {
  for (const [name, format] of Object.entries(PAGES))
    it(`are without a warning of mandoc: ${name}`, () => {
      const argv = ["-T", "lint", "-W", "warning"];
      const input = format("1.2.3", "2026-11-29");
      assert.equal(execFileSync("mandoc", argv, { input, encoding: "utf8" }), "");
    });
});
