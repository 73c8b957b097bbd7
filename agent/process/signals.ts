// The signals that stop a run. After the first the run undoes what it had not finished; a second one ends it at once, and the
// journal tells the next run what is left.

import { StopRequest, type StopSignal } from "../stop.ts";

const SIGNALS: readonly StopSignal[] = ["SIGHUP", "SIGINT", "SIGTERM"];

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
