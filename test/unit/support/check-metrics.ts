// Reads Prometheus' text format as strictly as promtool checks it, by its documentation: HELP and TYPE before the samples of a
// metric, all of them together, no series twice, label values escaped, and a number.

import assert from "node:assert/strict";

const SAMPLE =
  /^([a-z_:][a-z0-9_:]*)(?:\{((?:[a-z_]\w*="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/i;

/** @returns the value of each series, by its name with its labels */
export function checkMetrics(text: string): ReadonlyMap<string, number> {
  const samples = new Map<string, number>();
  const done = new Set<string>();
  let current = "";
  assert.ok(text.endsWith("\n"));
  const lines = text.slice(0, -1).split("\n");
  lines.forEach((line, index) => {
    const help = /^# HELP (\S+) \S/.exec(line);
    if (help) {
      current = help[1]!;
      assert.ok(!done.has(current), `${current} is in two places`);
      done.add(current);
      assert.match(lines[index + 1] ?? "", new RegExp(`^# TYPE ${current} (?:gauge|counter)$`));
      return;
    }
    if (line.startsWith("# TYPE ")) return;
    const [, name, labels = "", value] = SAMPLE.exec(line) ?? assert.fail(`no sample: ${line}`);
    assert.equal(name, current);
    const series = labels === "" ? name! : `${name}{${labels}}`;
    assert.ok(!samples.has(series), `${series} is there twice`);
    samples.set(series, Number(value));
  });
  return samples;
}
