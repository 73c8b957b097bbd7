// A strict reader of Prometheus' text format 0.0.4, written from its description and from what node_exporter's textfile
// collector refuses: no metric without HELP and TYPE, no series twice, no timestamp, the last line ends.

import assert from "node:assert/strict";

interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\[\\"n])*)"(?:,|$)/;

export function readPrometheusText(text: string): Series[] {
  assert.ok(text.endsWith("\n"), "the last line does not end");
  const helped = new Set<string>();
  const typed = new Set<string>();
  const seen = new Set<string>();
  let current = "";
  return text
    .slice(0, -1)
    .split("\n")
    .flatMap((line) => {
      const [, keyword, name] = /^# (HELP|TYPE) (\S+) \S/.exec(line) ?? [];
      if (keyword !== undefined) {
        const announced = keyword === "HELP" ? helped : typed;
        assert.ok(!announced.has(name!), `${keyword} of ${name} twice`);
        announced.add(name!);
        if (keyword === "TYPE") assert.match(line, / (gauge|counter|untyped)$/);
        current = name!;
        return [];
      }
      const series = readSample(line);
      assert.equal(series.name, current, "the samples of a metric stand together");
      assert.ok(helped.has(series.name) && typed.has(series.name), `${series.name} has no HELP or TYPE`);
      const key = [series.name, ...Object.entries(series.labels).map((pair) => JSON.stringify(pair))].join();
      assert.ok(!seen.has(key), `${line} twice`);
      seen.add(key);
      return [series];
    });
}

function readSample(line: string): Series {
  const match = SAMPLE.exec(line);
  assert.ok(match, `no sample: ${line}`);
  const value = Number(match[3]);
  assert.ok(Number.isFinite(value), line);
  return { name: match[1]!, labels: readLabels(match[2] ?? ""), value };
}

function readLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (let rest = text; rest !== "";) {
    const match = LABEL.exec(rest);
    assert.ok(match, `no label: ${rest}`);
    assert.ok(!Object.hasOwn(labels, match[1]!), `label ${match[1]} twice`);
    labels[match[1]!] = match[2]!.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === "n" ? "\n" : escaped));
    rest = rest.slice(match[0].length);
  }
  return labels;
}
