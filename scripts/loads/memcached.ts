// memcached with more items than it holds, a page begun in every class of sizes, and every connection waiting for fifty items
// that it does not read.

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { askSocket } from "../../test/real/support/ask-socket.ts";
import { withService } from "../../test/real/support/service.ts";
import { numberOf, type Tuned, textOf } from "../../test/real/support/tune.ts";
import { atEachShare } from "./load.ts";

const SOCKET = "/srv/memcached.sock";

/** Larger ones where they would be too many to be there in time. */
const LEAST_ITEM_BYTES = 2000;
const MOST_ITEMS = 1_000_000;
/** One after another, as many as are too much for a socket's buffers. */
const LARGE_BYTES = 16_000;
const LARGE_ITEMS = 50;

/** Its own growth factor, from its smallest chunk to its largest item. */
const CLASS_FACTOR = 1.25;
const SMALLEST_BYTES = 48;
const LARGEST_BYTES = 1_000_000;

/** Until memcached has taken the last of them, and begun to answer. */
const SETTLE_MS = 2000;

/** For what memcached counts as connections besides, its own files, and for `stats`. */
const SPARE_CONNECTIONS = 32;

export const memcachedLoads = atEachShare({
  title: "memcached 1.6",
  profile: "memcached",
  options: [],
  processes: ["memcached"],
  async run({ machine, root }, tuned) {
    const path = join(root, SOCKET);
    const argv = ["memcached", "-s", SOCKET, "-a", "0777", ...textOf(tuned, "options").split(" ")];
    const isReady = () => askSocket(path, "version\r\nquit\r\n").then(Boolean, () => false);
    return withService(machine, { name: "memcached", argv, user: "memcache", isReady }, () => fill(path, tuned));
  },
});

async function fill(path: string, tuned: Tuned): Promise<string> {
  const memoryBytes = numberOf(tuned, "memory");
  const itemBytes = Math.max(LEAST_ITEM_BYTES, Math.floor(memoryBytes / MOST_ITEMS));
  const items = Math.ceil((memoryBytes * 1.1) / itemBytes);
  const writer = await open(path);
  for (let item = 0; item < items; item++) await store(writer, `item${item}`, itemBytes);
  for (let bytes = SMALLEST_BYTES; bytes < LARGEST_BYTES; bytes *= CLASS_FACTOR)
    await store(writer, `class${Math.floor(bytes)}`, Math.floor(bytes));
  for (let item = 0; item < LARGE_ITEMS; item++) await store(writer, `large${item}`, LARGE_BYTES);
  writer.end("quit\r\n");
  await once(writer, "close");
  const keys = Array.from({ length: LARGE_ITEMS }, (_, item) => `large${item}`).join(" ");
  const readers: Socket[] = [];
  while (readers.length < numberOf(tuned, "connections") - SPARE_CONNECTIONS) {
    const reader = await open(path);
    reader.pause();
    reader.write(`get ${keys}\r\n`);
    readers.push(reader);
  }
  await sleep(SETTLE_MS);
  const stats = await askSocket(path, "stats\r\nquit\r\n");
  for (const reader of readers) reader.destroy();
  const [, held] = /^STAT curr_items (\d+)/m.exec(stats)!;
  const [, connected] = /^STAT curr_connections (\d+)/m.exec(stats)!;
  return `${held} of ${items} items held, ${connected} connections that wait for ${LARGE_ITEMS} items each`;
}

async function store(socket: Socket, key: string, bytes: number): Promise<void> {
  if (!socket.write(`set ${key} 0 0 ${bytes} noreply\r\n${"x".repeat(bytes)}\r\n`)) await once(socket, "drain");
}

/** One that finds more waiting than memcached takes at once tries again. */
async function open(path: string): Promise<Socket> {
  const socket = connect(path);
  try {
    await once(socket, "connect");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
    await sleep(10);
    return open(path);
  }
  socket.on("error", () => {}); // One that memcached refuses: what it holds then says so.
  return socket;
}
