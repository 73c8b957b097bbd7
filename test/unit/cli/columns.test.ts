import assert from "node:assert/strict";
import fc from "fast-check";
import { formatColumns, formatParagraph, formatSideBySide } from "../../../agent/cli/columns.ts";
import { loadRuler, PLAIN_RULER, type Ruler } from "../../../agent/cli/ruler.ts";
import { choosePaint } from "../../../agent/cli/text.ts";

describe("columns", () => {
  let ruler: Ruler = PLAIN_RULER;
  before(async () => (ruler = await loadRuler()));
  const at = (columns: number, coloured = false) => choosePaint(coloured, columns, ruler);

  it("are two spaces apart, and the last is not padded", () =>
    assert.equal(
      formatColumns(
        [
          ["a", "bb", "c"],
          ["aaa", "b"],
        ],
        at(80),
        "  ",
      ),
      "  a    bb  c\n  aaa  b\n",
    ));

  it("stay on one line in a pipe, however long it is", () => {
    const long = "word ".repeat(60).trim();
    assert.equal(formatColumns([["a", long]], at(Infinity)), `a  ${long}\n`);
  });

  it("are aligned by what a terminal shows: wide characters, combined ones, colours", () => {
    const { green } = at(80, true);
    assert.equal(
      formatColumns(
        [
          ["日本", "x"],
          ["e\u0301", "x"],
          [green("ok"), "x"],
        ],
        at(80),
      ),
      `日本  x\ne\u0301     x\n${green("ok")}    x\n`,
    );
  });

  it("go over several lines in the widest column, between words", () =>
    assert.equal(
      formatColumns([["--root DIR", "act on the machine image mounted there instead of on /"]], at(40)),
      "--root DIR  act on the machine image\n            mounted there instead of on\n            /\n",
    ));

  it("keep a colour within its cell, over several lines", () => {
    const text = formatColumns(
      [["a", at(40, true).dim("act on the machine image mounted there instead"), "z"]],
      at(40),
    );
    // Each line begins it and ends it.
    for (const line of text.trimEnd().split("\n")) assert.equal(line.split("\u001b[").length, 3, line);
  });

  it("leave paths whole: what has no room beside one goes below", () =>
    assert.equal(
      formatColumns(
        [
          ["~", "update", "/etc/postgresql/16/main/conf.d/90.conf", "restart postgresql@16-main.service"],
          ["=", "same", "/etc/a", "reload a.service"],
        ],
        at(60),
      ),
      `~  update  /etc/postgresql/16/main/conf.d/90.conf
                   restart postgresql@16-main.service
=  same    /etc/a  reload a.service
`,
    ));

  it("let one long cell stand out of its column, so that the others are short", () =>
    assert.equal(
      formatColumns(
        [
          ["instanceType", "m7g.large", "imds: instance-type"],
          ["hostname", "ip-10-0-0-7.eu-central-1.compute.internal", "imds: hostname"],
        ],
        at(60),
      ),
      `instanceType  m7g.large  imds: instance-type
hostname      ip-10-0-0-7.eu-central-1.compute.internal
              imds: hostname
`,
    ));

  it("show line breaks in a cell", () => assert.equal(formatColumns([["a\nb\tc"]], at(80)), "a\\nb\\tc\n"));

  it("never have a line of more columns than the terminal, and never lose a word", () => {
    const word = fc.stringMatching(/^[a-z/]{1,30}$/);
    const cell = fc.array(word, { maxLength: 6 }).map((words) => words.join(" "));
    fc.assert(
      fc.property(
        fc.array(fc.array(cell, { maxLength: 6 }), { maxLength: 5 }),
        fc.integer({ min: 40, max: 140 }),
        (rows, columns) => {
          const text = formatColumns(rows, at(columns), "  ");
          for (const line of text.split("\n")) assert.ok(line.length <= columns, line);
          const letters = (from: string) => from.replaceAll(/\s/g, "").split("").toSorted().join("");
          assert.equal(letters(text), letters(rows.flat().join("")));
        },
      ),
    );
  });
});

describe("columns side by side", () => {
  const table = [
    ["", "m7g.large", "m7g.xlarge", "r7g.large"],
    ["memory as the OS sees it", "7.5 GiB", "15.2 GiB", "15.2 GiB"],
    ["files"],
  ];
  const at = async (columns: number) => choosePaint(false, columns, await loadRuler());
  it("are one table where there is room", async () =>
    assert.equal(
      formatSideBySide(table, await at(80)),
      `                          m7g.large  m7g.xlarge  r7g.large
memory as the OS sees it  7.5 GiB    15.2 GiB    15.2 GiB
files
`,
    ));
  it("are blocks of as many as have room", async () =>
    assert.equal(
      formatSideBySide(table, await at(50)),
      `                          m7g.large  m7g.xlarge
memory as the OS sees it  7.5 GiB    15.2 GiB
files

                          r7g.large
memory as the OS sees it  15.2 GiB
files
`,
    ));
});

describe("a paragraph", () => {
  it("has its further lines under its first", async () => {
    const paint = choosePaint(false, 40, await loadRuler());
    assert.equal(
      formatParagraph("  ! ", "it was not written by parbake: apply would replace it", paint),
      "  ! it was not written by parbake: apply\n    would replace it\n",
    );
  });
});
