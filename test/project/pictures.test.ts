// The pictures of the README are what their scripts draw, and can be read on a light page and on a dark one.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FOLDER, PICTURES } from "../../scripts/docs/pictures/write-pictures.ts";

/** As WCAG 2 defines it. */
function luminance(hex: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [bright, dim] = [luminance(one), luminance(other)].toSorted((a, b) => b - a) as [number, number];
  return (bright + 0.05) / (dim + 0.05);
}

describe("the pictures", () => {
  for (const [name, draw] of Object.entries(PICTURES)) {
    const text = readFileSync(join(FOLDER, name), "utf8");

    it(`are what \`scripts/node scripts/docs/pictures/write-pictures.ts\` draws: ${name}`, () =>
      assert.equal(text, draw()));

    it(`say what they show to whoever does not see them: ${name}`, () =>
      assert.match(text, /<title id="title">[^<]+<\/title>\n<desc id="about">[^<]{100,}<\/desc>/));

    it(`have text that stands out by 4.5 to 1 from all that is behind it, on light and dark: ${name}`, () => {
      const looks = text.split("@media (prefers-color-scheme: dark)").map((style) => style.split("</style>")[0]!);
      assert.equal(looks.length, 2);
      for (const look of looks) {
        const fills = [...look.matchAll(/^\.(card|plain|blue|green|purple|orange) \{ fill: (#\w{6})/gm)];
        const inks = [...look.matchAll(/^(?:text|\.small, \.head) \{ fill: (#\w{6})/gm)];
        assert.deepEqual([fills.length, inks.length], [6, 2]);
        for (const [, fill, behind] of fills)
          for (const [, ink] of inks) {
            const ratio = contrast(ink!, behind!);
            assert.ok(ratio >= 4.5, `${ink} on ${fill} ${behind}: ${ratio.toFixed(2)}`);
          }
      }
    });
  }
});
