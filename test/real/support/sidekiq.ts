import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RealProgram } from "./program.ts";
import { redisCli, REDIS_SOCKET, redisService, writeRedisConfig } from "./redis.ts";
import { type Service, withService } from "./service.ts";
import { textOf } from "./tune.ts";

const APP = "/srv/sidekiq-app.rb";

/** What each process of it tells Redis of itself. */
export const sidekiq: RealProgram = {
  title: "Sidekiq 6.4 (RAILS_MAX_THREADS, what it tells Redis)",
  profile: "sidekiq",
  options: ["concurrency=7"],
  async ask({ machine, root }, tuned) {
    await writeRedisConfig(root, {});
    const redis = `Sidekiq.configure_server { |config| config.redis = { url: "unix://${REDIS_SOCKET}" } }`;
    await writeFile(join(root, APP), `require "sidekiq"\n${redis}\n`);
    const concurrency = await withService(machine, redisService(machine), async () => {
      await machine.run(redisCli("FLUSHALL"));
      const read = async (): Promise<string | undefined> => {
        const [process] = (await machine.run(redisCli("SMEMBERS", "processes"))).trim().split("\n");
        const info = process ? await machine.run(redisCli("HGET", process, "info")) : "";
        return /"concurrency":(\d+)/.exec(info)?.[1];
      };
      const service: Service = {
        name: "sidekiq",
        argv: ["env", ...textOf(tuned, "env").split("\n"), "sidekiq", "-r", APP],
        isReady: async () => (await read()) !== undefined,
      };
      return withService(machine, service, read);
    });
    return {
      said: { concurrency: concurrency! },
      unsaid: {
        processes: "one a unit: sidekiqswarm, which starts several, is not in Debian",
        MALLOC_ARENA_MAX: "of the C library, which tells it to nobody",
        env: "what is given to it: all of the variables",
      },
    };
  },
};
