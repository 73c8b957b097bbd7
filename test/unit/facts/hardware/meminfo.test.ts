import assert from "node:assert/strict";
import { parseMeminfo } from "../../../../agent/facts/hardware/meminfo.ts";

describe("/proc/meminfo", () => {
  it("gives bytes for kB", () => {
    assert.equal(parseMeminfo("MemTotal:         424124 kB\n").memTotalBytes, 434_302_976);
  });

  it("gives the size of 32 TiB exactly", () => {
    assert.equal(parseMeminfo("MemTotal:       34359738368 kB\n").memTotalBytes, 35_184_372_088_832);
  });

  it("counts huge pages of every size where the kernel adds them up", () => {
    const text = "HugePages_Total:       4\nHugepagesize:       2048 kB\nHugetlb:         1056768 kB\n";
    assert.equal(parseMeminfo(text).hugePagesBytes, 1_082_130_432);
  });

  it("multiplies huge pages by their size where it does not", () => {
    assert.equal(parseMeminfo("HugePages_Total:       4\nHugepagesize:       2048 kB\n").hugePagesBytes, 8_388_608);
  });

  for (const text of ["", "MemTotal: kB", "MemTotal: -5 kB", "MemTotal: 0 kB", "XMemTotal: 5 kB"]) {
    it(`has no MemTotal in ${JSON.stringify(text)}`, () => assert.equal(parseMeminfo(text).memTotalBytes, null));
  }
});
