import assert from "node:assert/strict";
import fc from "fast-check";
import { formatSize, SIZE_FORMS } from "../../../../agent/formats/size-forms.ts";
import { formatProblem } from "../../../../agent/refusal.ts";
import { HELPERS } from "../../../../agent/template/helpers/helpers.ts";
import { renderTemplate } from "../../../../agent/template/render-template.ts";
import { contextOf } from "../../support/context-of.ts";
import { plainText } from "../../support/plain-text.ts";

const CONTEXT = contextOf({ secrets: { db: { password: "/run/parbake/secrets/db/password" } } });

function render(source: string): string {
  const input = { source, file: "a.txt.hbs", format: "text", context: CONTEXT, secretValuesAllowed: false } as const;
  const rendered = renderTemplate(input);
  return rendered.kind === "broken" ? rendered.problems.map(formatProblem).join("\n") : plainText(rendered.content);
}

describe("HELPERS", () => {
  for (const [name, { example, about }] of Object.entries(HELPERS)) {
    it(`${name} prints what its docs say`, () => {
      assert.match(example[0], new RegExp(`\\b${name}\\b`));
      assert.equal(render(`{{${example[0]}}}`), example[1]);
      assert.doesNotMatch(about, /\.$/);
    });
  }

  it("has no two helpers of one name, and none that a block or a variable has", () => {
    for (const taken of ["if", "unless", "each", "with", "log", "lookup", "facts", "apps", "secrets", "vars", "this"])
      assert.ok(!Object.hasOwn(HELPERS, taken), taken);
    assert.equal(Object.keys(HELPERS).length, 42);
  });
});

describe("formatSize", () => {
  const factors: Readonly<Record<string, number>> = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };
  /** Node's is a number of MiB. */
  const plainUnits: Readonly<Record<string, number>> = { node: 2 ** 20 };

  /** As the app reads it. */
  function read(written: string, app: string): number {
    if (written.startsWith("0x")) return Number(written);
    const [, digits, letter] = /^(\d+)([kmgt]?)(?:i?b|i)?$/i.exec(written)!;
    return Number(digits) * (letter === "" ? (plainUnits[app] ?? 1) : factors[letter!.toLowerCase()]!);
  }

  for (const app of SIZE_FORMS) {
    it(`gives ${app} what it reads as the size or less, and less by no more than its smallest unit`, () => {
      fc.assert(
        fc.property(fc.maxSafeNat(), fc.constantFrom(1, 2 ** 10, 2 ** 20, 2 ** 30), (units, unitBytes) => {
          const sizeBytes = (units % 2 ** 22) * unitBytes;
          const understood = read(formatSize(sizeBytes, app)!, app);
          assert.ok(understood <= sizeBytes && sizeBytes - understood < (app === "node" ? 2 ** 20 : 2 ** 10));
        }),
      );
    });
  }
});
