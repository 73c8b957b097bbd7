import type { RealProgram } from "./program.ts";
import { textOf } from "./tune.ts";

export const influxdb: RealProgram = {
  title: "InfluxDB 1.6 (config)",
  profile: "influxdb",
  async ask({ machine }, tuned) {
    const variables = textOf(tuned, "env").split("\n");
    const printed = await machine.run(["env", ...variables, "influxd", "config"]);
    const [, cache] = /^ *cache-max-memory-size = (\d+)$/m.exec(printed)!;
    return {
      said: { cache_max_memory_size: cache! },
      unsaid: {
        GOMEMLIMIT: "of the runtime, which it does not tell",
        GOMAXPROCS: "of the runtime, which it does not tell",
        query_concurrency: "for 2.x, which Debian has not",
        query_memory_bytes: "for 2.x, which Debian has not",
        env: "what is given to it: all of the variables",
      },
    };
  },
};
