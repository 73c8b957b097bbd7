import assert from "node:assert/strict";
import { adviseSize, formatBytes, parseSize } from "../../agent/size.ts";

describe("parseSize", () => {
  const sizes: readonly (readonly [string, number])[] = [
    ["512MiB", 536_870_912],
    ["1.5GiB", 1_610_612_736],
    ["31 GiB", 33_285_996_544],
    ["256M", 268_435_456],
    ["512m", 536_870_912],
    ["2Gi", 2_147_483_648],
    ["32TiB", 35_184_372_088_832],
    ["8KiB", 8192],
    ["100B", 100],
    ["0.1KiB", 102],
    ["0", 0],
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
    "8192",
    "512",
    "0x4",
    "1e9",
    "+5MiB",
    " 1GiB",
    "1GiB ",
    "5.MiB",
    ".5MiB",
    "00",
    "1.5B",
    "Infinity",
  ];
  for (const text of [...refused, "9007199254740992B", "8192TiBB", "9999999TiB"]) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(parseSize(text), null));
  }
});

describe("adviseSize", () => {
  const advice: readonly (readonly [string, string])[] = [
    ["512", "Write it with its unit: 512MiB."],
    ["4", "Write it with its unit: 4MiB or 4GiB."],
    ["536870912", "Write it with its unit: 512MiB."],
    ["1500000", "Write it with its unit: 1500000B."],
    ["2GB", "GB is GiB to some programs and a power of 1000 to others: write 2GiB or 2000000000B."],
    ["1.5 mb", "MB is MiB to some programs and a power of 1000 to others: write 1.5MiB or 1500000B."],
    ["1e9", "Write it with its unit: 512MiB, 1.5GiB."],
    ["lots", "Write it with its unit: 512MiB, 1.5GiB."],
  ];
  for (const [text, fix] of advice) it(`says of '${text}': ${fix}`, () => assert.equal(adviseSize(text), fix));
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
