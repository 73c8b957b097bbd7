import assert from "node:assert/strict";
import { formatErrorPages } from "../../../../agent/cli/print/print-error-pages.ts";
import { loadRuler } from "../../../../agent/cli/ruler.ts";
import { choosePaint } from "../../../../agent/cli/text.ts";

const TEXT = `A first paragraph of \`parbake\`, see [IMDS](#imds), which is long enough
for more than one line of eighty columns.

\`\`\`sh
parbake status
\`\`\`

An end.`;

describe("what a page of errors is printed as", () => {
  it("is its codes and its title, and its text in eighty columns, without Markdown", async () => {
    const page = { codes: ["69", "unavailable"], title: "`parbake` did not get it", text: TEXT };
    assert.equal(
      formatErrorPages(
        [page, { codes: [], title: "a line", text: "why: so" }],
        choosePaint(false, Infinity, await loadRuler()),
      ),
      `69 unavailable: parbake did not get it

A first paragraph of parbake, see IMDS, which is long enough for more than one
line of eighty columns.

  parbake status

An end.

a line

why: so
`,
    );
  });

  it("is as narrow as the terminal", async () => {
    assert.equal(
      formatErrorPages(
        [{ codes: [], title: "a line", text: "one two three four five" }],
        choosePaint(false, 12, await loadRuler()),
      ),
      "a line\n\none two\nthree four\nfive\n",
    );
  });
});
