import assert from "node:assert/strict";
import { formatBytes, parseSize } from "../../../agent/tuning/size.ts";

describe("parseSize", () => {
  const sizes: readonly (readonly [string | number, number])[] = [
    ["512MiB", 536_870_912],
    ["1.5GiB", 1_610_612_736],
    ["31 GiB", 33_285_996_544],
    ["256M", 268_435_456],
    ["512m", 536_870_912],
    ["2Gi", 2_147_483_648],
    ["32TiB", 35_184_372_088_832],
    ["8KiB", 8192],
    ["100B", 100],
    ["8192", 8192],
    [" 1GiB ", 1_073_741_824],
    [8192, 8192],
    ["0.1KiB", 102],
    [0, 0],
  ];
  for (const [text, bytes] of sizes) {
    it(`takes ${JSON.stringify(text)} as ${bytes} bytes`, () => assert.equal(parseSize(text), bytes));
  }

  const refused = [
    "",
    "GiB",
    "1GB",
    "16 kB",
    "5%",
    "-1MiB",
    "1e3MiB",
    "1,5GiB",
    "1.5",
    "1 2MiB",
    "1MiBs",
    "0x10",
    1.5,
    -1,
    NaN,
    Infinity,
  ];
  for (const text of [...refused, "9007199254740992", "8192TiBB", "9999999TiB"]) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(parseSize(text), null));
  }
});

describe("formatBytes", () => {
  const texts: readonly (readonly [number, string])[] = [
    [0, "0 B"],
    [1023, "1023 B"],
    [1024, "1 KiB"],
    [536_870_912, "512 MiB"],
    [8_267_812_864, "7.7 GiB"],
    [1_073_741_823, "1 GiB"],
    [35_184_372_088_832, "32 TiB"],
    [4_503_599_627_370_496, "4096 TiB"],
  ];
  for (const [bytes, text] of texts) it(`writes ${bytes} as ${text}`, () => assert.equal(formatBytes(bytes), text));
});
