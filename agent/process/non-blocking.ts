// Writes to a descriptor without waiting for its reader, which Node offers only for streams. Restores the flags of a descriptor
// that other processes share.

import { constants, fstatSync, openSync, readFileSync } from "node:fs";
import { Socket } from "node:net";

export interface NonBlocking {
  readonly fd: number;
  /** Makes the descriptor block again for whoever shares it. */
  giveBack(): void;
}

/** A file never makes its writer wait, and some descriptors can't be opened again: both are used as they are. */
export function withoutBlocking(fd: number, isTerminal: boolean): NonBlocking {
  const stats = fstatSync(fd);
  const isPipe = stats.isFIFO();
  const asIs = { fd, giveBack: () => {} };
  if (!isTerminal && !isPipe && !stats.isSocket()) return asIs;
  return (isTerminal || isPipe ? reopen(fd) : null) ?? (isTerminal ? asIs : (borrow(fd) ?? asIs));
}

// A second open file description has flags of its own. Null: it belongs to another user, so parbake may not open it.
function reopen(fd: number): NonBlocking | null {
  try {
    const flags = constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
    return { fd: openSync(`/proc/self/fd/${fd}`, flags), giveBack: () => {} };
  } catch {
    return null;
  }
}

/** Node's handle of a socket: it makes the descriptor non-blocking, and can undo that. */
interface Handle {
  setBlocking?(isBlocking: boolean): void;
}

// Null: its current flags are unknown, so they could not be restored: no /proc, or no free descriptor to read it with.
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
