import assert from "node:assert/strict";
import { formatBars } from "../../../../agent/cli/print/print-bars.ts";
import { loadRuler } from "../../../../agent/cli/ruler.ts";
import { choosePaint } from "../../../../agent/cli/text.ts";
import type { AppPlan, BudgetPlan } from "../../../../agent/tuning/tuning.ts";
import { GIB, MIB } from "../../support/alone.ts";

function app(name: string, memoryBytes: number): AppPlan {
  return { name, profile: "go", memoryBytes } as AppPlan;
}

const budget = { reservedBytes: GIB, unallocatedBytes: 2 * GIB } as BudgetPlan;
const machine = { memoryBytes: 8 * GIB, budget, apps: [app("db", 4 * GIB), app("api", GIB), app("kernel", 0)] };

describe("the division of a machine", () => {
  it("is a bar for each part, which begins where the one above it ends", () =>
    assert.equal(
      formatBars(machine, ({ profile }) => profile, choosePaint(false)),
      `  reserve     ▒▒▒▒▒                                          1 GiB   13 %
  db               ████████████████████                      4 GiB   50 %  go
  api                                  █████                 1 GiB   13 %  go
  kernel                                                                   go
  page cache                                ░░░░░░░░░░       2 GiB   25 %
`,
    ));

  it("shows the least part, too, and says that it is under one percent", () => {
    const tiny = { ...machine, apps: [app("web", MIB)], budget: { ...budget, unallocatedBytes: 7 * GIB - MIB } };
    assert.match(
      formatBars(tiny, () => "", choosePaint(false)),
      /^ {2}web +█ +1 MiB {3}<1 %$/m,
    );
  });

  it("is coloured where there is colour, each kind in its own", () => {
    const text = formatBars(machine, () => "", choosePaint(true));
    for (const part of ["\u001b[33m▒▒▒▒▒\u001b[0m", "\u001b[32m█████\u001b[0m", "\u001b[2m░░░░░░░░░░\u001b[0m"])
      assert.ok(text.includes(part), text);
  });

  for (const columns of [60, 80, 120])
    it(`has room on ${columns} columns`, async () => {
      const { widthOf } = await loadRuler();
      const text = formatBars(machine, () => "postgresql, 21 settings", choosePaint(false, columns, await loadRuler()));
      for (const line of text.split("\n")) assert.ok(widthOf(line) <= columns, line);
    });
});
