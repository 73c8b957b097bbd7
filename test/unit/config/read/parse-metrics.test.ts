import assert from "node:assert/strict";
import { parseConfig } from "../../../../agent/config/read/parse-config.ts";
import { formatProblem } from "../../../../agent/refusal.ts";

function metricsOf(text: string): string | null | string[] {
  const result = parseConfig([{ file: "p.yaml", text: `apps: { kernel: { profile: sysctl } }\n${text}` }]);
  return result.kind === "config" ? result.config.metrics : result.problems.map(formatProblem);
}

describe("metrics of the config", () => {
  it("is a path for the textfile collector, or nothing", () => {
    assert.equal(metricsOf(""), null);
    assert.equal(metricsOf("metrics: /var/lib/node/parbake.prom"), "/var/lib/node/parbake.prom");
  });

  it("is refused where the collector would not read it, or where another file has the path", () => {
    assert.deepEqual(metricsOf("metrics: /var/lib/node/parbake.txt"), [
      "p.yaml:2:10: metrics: '/var/lib/node/parbake.txt' is not a name that node_exporter's textfile collector reads. Let it end in .prom.",
    ]);
    assert.deepEqual(metricsOf("metrics: parbake.prom"), [
      "p.yaml:2:10: metrics: the path 'parbake.prom' is not absolute. Start it with / and leave out //, . and ..",
    ]);
    assert.deepEqual(metricsOf("files: [ { template: a, path: /x.prom } ]\nmetrics: /x.prom"), [
      "p.yaml:3:10: metrics: /x.prom is a file of `files`, too. Give one of them another path.",
    ]);
  });
});
