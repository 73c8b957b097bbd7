// Writes to a Redis by its socket: one large value again and again, or many small ones at a steady pace while it saves.

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { MIB } from "../../agent/size.ts";

/** At an application's steady pace: a slow machine saves longer, and would else have to hold more pages twice than a fast one. */
const WRITES_PER_TICK = 50;
const TICK_MS = 10;

/** Overwrites one large value: what the replica has still to get grows, and the data does not. */
export async function letLag(socketPath: string, bytes: number): Promise<number> {
  const socket = await open(socketPath);
  const times = Math.floor(bytes / MIB);
  try {
    for (let count = 0; count < times; count++) {
      socket.write(command("SET", "large", "x".repeat(MIB)));
      const [reply] = (await once(socket, "data")) as [Buffer];
      if (reply.toString().startsWith("-")) throw new Error(`Redis refuses a write: ${reply.toString()}`);
    }
  } finally {
    socket.destroy();
  }
  return times * MIB;
}

interface PacedWrites {
  /** Random ones among `key:0` to one below this are set. */
  readonly keys: number;
  readonly valueBytes: number;
  readonly most: number;
  readonly isSaving: () => Promise<boolean>;
}

/** How many it has written. Rejects where Redis refuses one. */
export async function writePaced(
  socketPath: string,
  { keys, valueBytes, most, isSaving }: PacedWrites,
): Promise<number> {
  const socket = await open(socketPath);
  let refusal: string | undefined;
  socket.on("data", (reply: Buffer) => (refusal ??= /^-.*$/m.exec(reply.toString())?.[0]));
  let writes = 0;
  const timer = setInterval(() => {
    if (writes >= most) return;
    for (let count = 0; count < WRITES_PER_TICK; count++)
      socket.write(command("SET", `key:${Math.floor(Math.random() * keys)}`, "x".repeat(valueBytes)));
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

export async function open(socketPath: string): Promise<Socket> {
  const socket = connect(socketPath);
  await once(socket, "connect");
  // Redis explains in a reply why it closes a connection, except the replica's, which it may close at any time.
  socket.on("error", () => {});
  return socket;
}

export function command(...words: readonly string[]): string {
  return [`*${words.length}`, ...words.flatMap((word) => [`$${word.length}`, word]), ""].join("\r\n");
}
