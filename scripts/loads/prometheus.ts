// Prometheus with as many series as are tuned for, scraped every second, and as many queries at once as it runs, over all of them.

import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Machine } from "../../test/e2e/support/machine.ts";
import { askPrometheus, prometheusService, writePrometheusConfig } from "../../test/real/support/prometheus.ts";
import { withService } from "../../test/real/support/service.ts";
import { numberOf, type Tuned } from "../../test/real/support/tune.ts";
import { atEachShare } from "./load.ts";

const SCRIPT = "serve-series.mjs";
const PORT = 8000;
const SERIES_OF_TARGET = 10_000;
const SCRAPE_SECONDS = 5;

/** A tenth of it before the queries begin. */
const LOAD_MS = 50_000;

export const prometheusLoads = atEachShare({
  title: "Prometheus 2.42",
  profile: "prometheus",
  options: [],
  processes: ["prometheus"],
  async run({ machine, root }, tuned) {
    await copyFile(new URL(SCRIPT, import.meta.url).pathname, join(root, "srv", SCRIPT));
    await writePrometheusConfig(root, configFor(numberOf(tuned, "series")));
    const argv = ["node", `/srv/${SCRIPT}`, String(PORT)];
    const isReady = () => Promise.resolve(true);
    return withService(machine, { name: "series", argv, isReady }, () =>
      withService(machine, prometheusService(machine, tuned), () => scrapeAndAsk(machine, tuned)),
    );
  },
});

function configFor(series: number): string {
  const targets = Math.ceil(series / SERIES_OF_TARGET);
  const jobs = Array.from({ length: targets }, (_, target) => {
    const count = Math.min(SERIES_OF_TARGET, series - target * SERIES_OF_TARGET);
    return `  - job_name: load${target}
    metrics_path: /${target}/${count}
    static_configs: [{ targets: ["127.0.0.1:${PORT}"] }]
`;
  });
  const interval = `scrape_interval: ${SCRAPE_SECONDS}s, scrape_timeout: ${SCRAPE_SECONDS}s`;
  return `global: { ${interval} }\nscrape_configs:\n${jobs.join("")}`;
}

async function scrapeAndAsk(machine: Machine, tuned: Tuned): Promise<string> {
  const end = Date.now() + LOAD_MS;
  await sleep(LOAD_MS / 10);
  let queries = 0;
  const ask = async (): Promise<void> => {
    while (Date.now() < end) {
      const query = encodeURIComponent("sum by (path) (rate(load_total[1m]))");
      await askPrometheus(machine, `query?query=${query}`);
      queries += 1;
    }
  };
  await Promise.all(Array.from({ length: numberOf(tuned, "query_max_concurrency") }, ask));
  const { headStats } = (await askPrometheus(machine, "status/tsdb")) as { headStats: { numSeries: number } };
  return `${headStats.numSeries} series every ${SCRAPE_SECONDS} s, ${queries} queries over all of them`;
}
