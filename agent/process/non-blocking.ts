// A way to write to a descriptor without waiting for its reader, which Node has only for streams. Leaves a descriptor that others
// have too as it was.

import { constants, fstatSync, openSync, readFileSync } from "node:fs";
import { Socket } from "node:net";

export interface NonBlocking {
  readonly fd: number;
  /** Makes the descriptor block again for whoever shares it. */
  giveBack(): void;
}

/** Files, which never make a writer wait for a reader, and what can't be helped, are written to as they are. */
export function withoutBlocking(fd: number, isTerminal: boolean): NonBlocking {
  const stats = fstatSync(fd);
  const isPipe = stats.isFIFO();
  const asIs = { fd, giveBack: () => {} };
  if (!isTerminal && !isPipe && !stats.isSocket()) return asIs;
  return (isTerminal || isPipe ? reopen(fd) : null) ?? (isTerminal ? asIs : (borrow(fd) ?? asIs));
}

// Opened anew it has flags of its own. Not ours to open: made by another user.
function reopen(fd: number): NonBlocking | null {
  try {
    const flags = constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
    return { fd: openSync(`/proc/self/fd/${fd}`, flags), giveBack: () => {} };
  } catch {
    return null;
  }
}

/** What Node's socket does to a descriptor, and can take back, without a socket being written to. */
interface Handle {
  setBlocking?(isBlocking: boolean): void;
}

// Null where it is not known how it has to be given back: without /proc, or without a descriptor to look with.
function borrow(fd: number): NonBlocking | null {
  const isAlready = isNonBlocking(fd);
  if (isAlready === null) return null;
  if (isAlready) return { fd, giveBack: () => {} };
  const socket = new Socket({ fd, readable: false, writable: true });
  const handle: Handle | undefined = Reflect.get(socket, "_handle");
  return { fd, giveBack: () => handle?.setBlocking?.(true) };
}

function isNonBlocking(fd: number): boolean | null {
  try {
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))?.[1];
    return flags === undefined ? null : (Number.parseInt(flags, 8) & constants.O_NONBLOCK) !== 0;
  } catch {
    return null;
  }
}
