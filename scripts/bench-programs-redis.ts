// Redis full to its maxmemory that saves for a replica which does not read, while it is written to: the pages that are written
// are there twice, and the replica's buffer fills.

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Machine } from "../test/e2e/machine.ts";
import { REDIS_SOCKET, redisCli, redisService, writeRedisConfig } from "../test/real/redis.ts";
import { withService } from "../test/real/service.ts";
import { numberOf, type Tuned, textOf } from "../test/real/tune.ts";
import type { Load } from "./bench-programs-loads.ts";

/** A key and its value of 400 bytes take about 500; the rest of maxmemory is for the backlog and the writes. */
const KEY_BYTES = 500;
const FILLED = 0.92;

/** What a profile without options counts on, and what a write takes of it: about two pages are in the machine twice. */
const REWRITTEN = 0.1;
const WRITE_BYTES = 8192;

/** At an application's steady pace: a slow machine saves longer, and would else have to hold more pages twice than a fast one. */
const WRITES_PER_TICK = 50;
const TICK_MS = 10;

/** Of a replica's limit, beyond which it would be dropped. */
const LAG = 0.9;
const LARGE_BYTES = 2 ** 20;

export function redisLoad(size: Pick<Load, "size" | "shareBytes">): Load {
  return {
    title: "Redis 7",
    profile: "redis",
    options: [],
    ...size,
    processes: ["redis-server", "redis-rdb-bgsave"],
    async run({ machine, root }, tuned) {
      await writeRedisConfig(root, tuned, ["enable-debug-command yes", "repl-diskless-sync no"]);
      return withService(machine, redisService(machine), () => fillAndSave(machine, join(root, REDIS_SOCKET), tuned));
    },
  };
}

async function fillAndSave(machine: Machine, socketPath: string, tuned: Tuned): Promise<string> {
  const maxmemoryBytes = numberOf(tuned, "maxmemory");
  const keys = Math.floor((maxmemoryBytes * FILLED) / KEY_BYTES);
  await machine.run(redisCli("DEBUG", "POPULATE", String(keys), "key", "400"));
  const replica = await open(socketPath);
  // It asks for a copy, and never reads.
  replica.pause();
  replica.write(command("SYNC"));
  const isSaving = async (): Promise<boolean> =>
    (await machine.run(redisCli("INFO", "persistence"))).includes("rdb_bgsave_in_progress:1");
  while (!(await isSaving())) await sleep(10);
  const most = Math.floor((maxmemoryBytes * REWRITTEN) / WRITE_BYTES);
  const [writes, lagBytes] = await Promise.all([
    writePaced(socketPath, { keys, most, isSaving }),
    letLag(socketPath, limitOfReplica(tuned) * LAG),
  ]);
  const used = /^used_memory_human:(\S+)/m.exec(await machine.run(redisCli("INFO", "memory")))![1];
  replica.destroy();
  return `${used} in use, ${writes} writes while it saves, a replica ${Math.round(lagBytes / LARGE_BYTES)} MiB behind`;
}

function limitOfReplica(tuned: Tuned): number {
  return Number(/slave (\d+)/.exec(textOf(tuned, "client_output_buffer_limit"))![1]);
}

/** Overwrites one large value: what the replica has still to get grows, and the data does not. */
async function letLag(socketPath: string, bytes: number): Promise<number> {
  const socket = await open(socketPath);
  const times = Math.floor(bytes / LARGE_BYTES);
  try {
    for (let count = 0; count < times; count++) {
      socket.write(command("SET", "large", "x".repeat(LARGE_BYTES)));
      const [reply] = (await once(socket, "data")) as [Buffer];
      if (reply.toString().startsWith("-")) throw new Error(`Redis refuses a write: ${reply.toString()}`);
    }
  } finally {
    socket.destroy();
  }
  return times * LARGE_BYTES;
}

interface PacedWrites {
  /** Random ones among `key:0` to one below this are set. */
  readonly keys: number;
  readonly most: number;
  readonly isSaving: () => Promise<boolean>;
}

/** How many it has written. Rejects where Redis refuses one. */
async function writePaced(socketPath: string, { keys, most, isSaving }: PacedWrites): Promise<number> {
  const socket = await open(socketPath);
  let refusal: string | undefined;
  socket.on("data", (reply: Buffer) => (refusal ??= /^-.*$/m.exec(reply.toString())?.[0]));
  let writes = 0;
  const timer = setInterval(() => {
    if (writes >= most) return;
    for (let count = 0; count < WRITES_PER_TICK; count++)
      socket.write(command("SET", `key:${Math.floor(Math.random() * keys)}`, "x".repeat(400)));
    writes += WRITES_PER_TICK;
  }, TICK_MS);
  try {
    while (await isSaving()) await sleep(100);
  } finally {
    clearInterval(timer);
    socket.destroy();
  }
  if (refusal !== undefined) throw new Error(`Redis refuses a write: ${refusal}`);
  return writes;
}

async function open(socketPath: string): Promise<Socket> {
  const socket = connect(socketPath);
  await once(socket, "connect");
  // What Redis has against a connection, it says in a reply before it closes it; the replica's it may close at any time.
  socket.on("error", () => {});
  return socket;
}

function command(...words: readonly string[]): string {
  return [`*${words.length}`, ...words.flatMap((word) => [`$${word.length}`, word]), ""].join("\r\n");
}
