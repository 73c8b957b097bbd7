// Time that stands still until it is told to go on: takes the place of this process's timers, clock and deadlines, so that
// code which waits for seconds runs unchanged in none. Never of Date, by which requests are signed.

import { syncBuiltinESMExports } from "node:module";
import timersPromises from "node:timers/promises";

interface VirtualTime {
  /** Runs `work` then, as a timer would. */
  schedule(work: () => void, delayMs: number): void;
  advanceTo(nowMs: number): void;
  isDue(): boolean;
  /** False: none is due. */
  fireNext(): boolean;
  /** When the next timer fires, in whole ticks; null: no timer is set. */
  nextDueMs(): number | null;
}

/** @param tickMs timers that are due between two ticks all fire at the later one */
export function replaceTime(tickMs: number): VirtualTime {
  let nowMs = 0;
  const dueByTick = new Map<number, Set<Timer>>();

  const add = (work: () => void, delayMs: number): Timer => {
    const tick = Math.ceil((nowMs + Math.max(0, delayMs)) / tickMs);
    const due = dueByTick.get(tick) ?? new Set();
    dueByTick.set(tick, due);
    const timer = new Timer(work, () => {
      due.delete(timer);
      if (due.size === 0) dueByTick.delete(tick);
    });
    due.add(timer);
    return timer;
  };
  const nextDueMs = (): number | null => (dueByTick.size === 0 ? null : Math.min(...dueByTick.keys()) * tickMs);
  const isDue = (): boolean => (nextDueMs() ?? Infinity) <= nowMs;

  replaceTimers(add);
  performance.now = () => nowMs;
  return {
    schedule: (work, delayMs) => void add(work, delayMs),
    advanceTo(thenMs) {
      nowMs = thenMs;
    },
    isDue,
    fireNext() {
      if (!isDue()) return false;
      const [timer] = dueByTick.get(Math.min(...dueByTick.keys()))!;
      timer!.cancel();
      timer!.work();
      return true;
    },
    nextDueMs,
  };
}

class Timer {
  readonly work: () => void;
  readonly cancel: () => void;

  constructor(work: () => void, cancel: () => void) {
    this.work = work;
    this.cancel = cancel;
  }

  // No timer keeps this process alive: its parent's messages do.
  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

type Add = (work: () => void, delayMs: number) => Timer;

function replaceTimers(add: Add): void {
  const wait = async <T>(delayMs = 0, value?: T, { signal }: { readonly signal?: AbortSignal } = {}): Promise<T> => {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const timer = add(() => resolve(value as T), delayMs);
    signal?.addEventListener("abort", () => {
      timer.cancel();
      reject(signal.reason as Error);
    });
    return promise;
  };
  Object.assign(timersPromises, { setTimeout: wait });
  syncBuiltinESMExports();
  Object.assign(globalThis, {
    setTimeout: (work: (...args: unknown[]) => void, delayMs = 0, ...args: unknown[]) =>
      add(() => work(...args), delayMs),
    clearTimeout: (timer: Timer | null | undefined) => timer?.cancel(),
  });
  AbortSignal.timeout = (delayMs) => {
    const ending = new AbortController();
    add(() => ending.abort(new DOMException("The operation was aborted due to timeout", "TimeoutError")), delayMs);
    return ending.signal;
  };
}
