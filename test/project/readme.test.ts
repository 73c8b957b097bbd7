import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { EXIT_MEANINGS } from "../../agent/cli/commands.ts";
import { parseConfig } from "../../agent/config/read/parse-config.ts";
import { EXIT_STATUS } from "../../agent/refusal.ts";

const TOP = join(import.meta.dirname, "../..");

const read = (page: string): string => readFileSync(join(TOP, page), "utf8");

describe("the README", () => {
  it("is read in ten minutes", () => {
    const words = read("README.md").split(/\s+/).length;
    assert.ok(words < 2_400, `${words} words`);
  });
});

describe("the image of the README", () => {
  it("is the one that its steps bake", () => {
    const [, text] = /```yaml\n([^]*?)```/.exec(read("README.md"))!;
    assert.ok(read("scripts/bake/image/50-image.yaml").endsWith(text!), text);
  });
});

describe("the page of the command line", () => {
  it("gives the exit statuses that the code ends with, as help does", () => {
    const rows = [...read("agent/cli/README.md").matchAll(/^\| *(\d+) *\| *(.+?) *\|$/gm)].map(
      ([, status, meaning]) => [Number(status), meaning],
    );
    assert.deepEqual(
      rows,
      EXIT_MEANINGS.map(([status, meaning]) => [status, meaning]),
    );
    const known = new Set(rows.map(([status]) => status));
    assert.ok(Object.values(EXIT_STATUS).every((status) => known.has(status)));
  });
});

describe("the configs of the documents", () => {
  const configs = globSync(["*.md", "{agent,scripts}/**/*.md"], { cwd: TOP }).flatMap((page) =>
    [...read(page).matchAll(/^```yaml\n([^]*?)^```$/gm)]
      .map(([, text]) => ({ page, text: text! }))
      .filter(({ text }) => /^(apps|secrets|seal|launchOn):/m.test(text)),
  );

  it("are accepted by parbake", () => {
    const pages = new Set(configs.map(({ page }) => page));
    for (const page of ["README.md", "agent/config/README.md", "agent/apply/secrets/README.md", "agent/seal/README.md"])
      assert.ok(pages.has(page), page);
    const refused = configs.flatMap(({ page, text }) => {
      const parsed = parseConfig([{ file: page, text: /^apps:/m.test(text) ? text : `apps: {}\n${text}` }]);
      return parsed.kind === "config" ? [] : parsed.problems;
    });
    assert.deepEqual(refused, []);
  });
});
