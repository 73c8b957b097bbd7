// Writes to a Redis while it saves, at an application's steady pace and no more than so often: a slow machine saves longer,
// and would else have to hold more pages twice than a fast one.

import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const WRITES_PER_TICK = 50;
const TICK_MS = 10;

export interface PacedWrites {
  /** Random ones among `key:0` to one below this are set. */
  readonly keys: number;
  readonly most: number;
  readonly isSaving: () => Promise<boolean>;
}

/** How many it has written. Rejects where Redis refuses one. */
export async function writePaced(socketPath: string, { keys, most, isSaving }: PacedWrites): Promise<number> {
  const socket = connect(socketPath);
  await once(socket, "connect");
  let refusal: string | undefined;
  socket.on("data", (reply: Buffer) => (refusal ??= /^-.*$/m.exec(reply.toString())?.[0]));
  let writes = 0;
  const timer = setInterval(() => {
    if (writes >= most) return;
    for (let count = 0; count < WRITES_PER_TICK; count++) socket.write(setCommand(Math.floor(Math.random() * keys)));
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

function setCommand(key: number): string {
  const name = `key:${key}`;
  const value = "x".repeat(400);
  return `*3\r\n$3\r\nSET\r\n$${name.length}\r\n${name}\r\n$${value.length}\r\n${value}\r\n`;
}
