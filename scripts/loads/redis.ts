// Redis, full to its maxmemory, saves for a replica that does not read, while clients write: the written pages exist twice, and
// the replica's buffer fills.

import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { MIB } from "../../agent/size.ts";
import type { Machine } from "../../test/e2e/support/machine.ts";
import { REDIS_SOCKET, redisCli, redisService, writeRedisConfig } from "../../test/real/support/redis.ts";
import { withService } from "../../test/real/support/service.ts";
import { numberOf, type Tuned, textOf } from "../../test/real/support/tune.ts";
import { atEachShare } from "./load.ts";
import { command, letLag, open, writePaced } from "./redis-writes.ts";

/** What a key takes beside its value; the rest of maxmemory is for the backlog and the writes. */
const KEY_BYTES = 100;
const FILLED = 0.92;

/** Small values, and larger ones where those would be too many to be there in time. Of both, jemalloc gives little more. */
const SMALL_VALUE_BYTES = 400;
const LARGE_VALUE_BYTES = 4000;
const MOST_KEYS = 5_000_000;

/** What a profile without options counts on, and what a write takes of it: about two pages and a value are in the machine twice. */
const REWRITTEN = 0.1;
const WRITE_BYTES = 8192;

/** Of a replica's limit, beyond which it would be dropped. */
const LAG = 0.9;

export const redisLoads = atEachShare({
  title: "Redis 7",
  profile: "redis",
  options: [],
  processes: ["redis-server", "redis-rdb-bgsave"],
  async run({ machine, root }, tuned) {
    await writeRedisConfig(root, tuned, ["enable-debug-command yes", "repl-diskless-sync no"]);
    // Redis would load what the last one saved.
    await machine.run(["rm", "-f", "/srv/dump.rdb"]);
    return withService(machine, redisService(machine), () => fillAndSave(machine, join(root, REDIS_SOCKET), tuned));
  },
});

async function fillAndSave(machine: Machine, socketPath: string, tuned: Tuned): Promise<string> {
  const maxmemoryBytes = numberOf(tuned, "maxmemory");
  const hasMany = maxmemoryBytes / SMALL_VALUE_BYTES > MOST_KEYS;
  const valueBytes = hasMany ? LARGE_VALUE_BYTES : SMALL_VALUE_BYTES;
  const keys = Math.floor((maxmemoryBytes * FILLED) / (KEY_BYTES + valueBytes));
  await machine.run(redisCli("DEBUG", "POPULATE", String(keys), "key", String(valueBytes)));
  const replica = await open(socketPath);
  // It asks for a copy, and never reads.
  replica.pause();
  replica.write(command("SYNC"));
  const isSaving = async (): Promise<boolean> =>
    (await machine.run(redisCli("INFO", "persistence"))).includes("rdb_bgsave_in_progress:1");
  while (!(await isSaving())) await sleep(10);
  const most = Math.floor((maxmemoryBytes * REWRITTEN) / (WRITE_BYTES + valueBytes));
  const [writes, lagBytes] = await Promise.all([
    writePaced(socketPath, { keys, valueBytes, most, isSaving }),
    letLag(socketPath, limitOfReplica(tuned) * LAG),
  ]);
  const used = /^used_memory_human:(\S+)/m.exec(await machine.run(redisCli("INFO", "memory")))![1];
  replica.destroy();
  return `${used} in use, ${writes} writes while it saves, a replica ${Math.round(lagBytes / MIB)} MiB behind`;
}

function limitOfReplica(tuned: Tuned): number {
  return Number(/slave (\d+)/.exec(textOf(tuned, "client_output_buffer_limit"))![1]);
}
