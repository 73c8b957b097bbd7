import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Machine } from "../../e2e/support/machine.ts";
import { fetchText } from "./fetch-text.ts";
import type { RealProgram } from "./program.ts";
import { type Service, withService } from "./service.ts";
import { type Tuned, textOf } from "./tune.ts";

const HOME = "/srv/prometheus";
const ADDRESS = "127.0.0.1:9090";

export const prometheus: RealProgram = {
  title: "Prometheus 2.42 (status/flags, status/runtimeinfo)",
  profile: "prometheus",
  async ask({ machine, root }, tuned) {
    await writePrometheusConfig(root, "scrape_configs: []\n");
    const { flags, runtime } = await withService(machine, prometheusService(machine, tuned), async () => ({
      flags: await askPrometheus(machine, "status/flags"),
      runtime: await askPrometheus(machine, "status/runtimeinfo"),
    }));
    const isLeft = textOf(tuned, "GOMAXPROCS") === "0";
    return {
      said: {
        query_max_concurrency: String(flags["query.max-concurrency"]),
        query_max_samples: String(flags["query.max-samples"]),
        ...(isLeft ? {} : { GOMAXPROCS: String(runtime["GOMAXPROCS"]) }),
        GOGC: String(runtime["GOGC"]),
      },
      unsaid: {
        ...(isLeft ? { GOMAXPROCS: "left to the runtime, which has this machine's CPUs" } : {}),
        GOMEMLIMIT: "of the runtime, which 2.42 does not tell",
        env: "what is given to it: all of the variables",
        options: "what is given to it: both of the flags",
        series: "an estimate to alert on",
      },
    };
  },
};

export async function writePrometheusConfig(root: string, config: string): Promise<void> {
  await mkdir(join(root, HOME), { recursive: true });
  await writeFile(join(root, HOME, "prometheus.yml"), config);
}

export function prometheusService(machine: Machine, tuned: Tuned): Service {
  const variables = textOf(tuned, "env").split("\n");
  const own = [
    `--config.file=${HOME}/prometheus.yml`,
    `--storage.tsdb.path=${HOME}/data`,
    `--web.listen-address=${ADDRESS}`,
  ];
  const argv = ["env", ...variables, "prometheus", ...own, ...textOf(tuned, "options").split(" ")];
  const isReady = async (): Promise<boolean> =>
    (await machine.attempt(fetchText(`http://${ADDRESS}/-/ready`))).status === 0;
  return { name: "prometheus", argv, isReady };
}

/** @param path below /api/v1 */
export async function askPrometheus(machine: Machine, path: string): Promise<Record<string, unknown>> {
  const answer = await machine.run(fetchText(`http://${ADDRESS}/api/v1/${path}`));
  return (JSON.parse(answer) as { data: Record<string, unknown> }).data;
}
