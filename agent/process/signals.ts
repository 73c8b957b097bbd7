// The signals that stop a run. After the first the run undoes what it had not finished; a second one ends it at once, and the
// journal tells the next run what is left.

import { StopRequest, type StopSignal } from "../stop.ts";

const SIGNALS: readonly StopSignal[] = ["SIGHUP", "SIGINT", "SIGTERM"];

const ignore = (): void => {};

/**
 * While a program in front has the terminal, Ctrl-C is for that: the terminal sends it to both, and parbake's end would leave the
 * other without one who waits for it.
 */
export async function withoutInterrupt<T>(work: () => Promise<T>): Promise<T> {
  const listeners = process.rawListeners("SIGINT") as (() => void)[];
  process.on("SIGINT", ignore);
  for (const listener of listeners) process.removeListener("SIGINT", listener);
  try {
    return await work();
  } finally {
    for (const listener of listeners) process.on("SIGINT", listener);
    process.removeListener("SIGINT", ignore);
  }
}

/** Fires at the first signal, with a StopRequest. @param end called at the second */
export function listenForStop(end: (request: StopRequest) => void): AbortSignal {
  const stop = new AbortController();
  for (const signal of SIGNALS)
    process.on(signal, () => {
      if (stop.signal.aborted) end(new StopRequest(signal));
      else stop.abort(new StopRequest(signal));
    });
  return stop.signal;
}
