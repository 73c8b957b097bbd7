// Lets a long run hear that it is to stop: work that never waits hears no signal and no timer.

import type { Deadline } from "../../deadline.ts";
import { Refusal } from "../../refusal.ts";
import { stopped, stopRequestOf } from "../../stop.ts";

/** Often enough for who presses Ctrl-C. */
const EVERY_MS = 50;

/** @param outcome what is true of the image when the run ends early */
export function openBreath(deadline: Deadline, outcome: string): () => Promise<void> {
  let lastMs = performance.now();
  return async () => {
    if (performance.now() - lastMs < EVERY_MS) return;
    // A signal is told in the event loop's poll phase.
    for (let turn = 0; turn < 2; turn++) await new Promise((resume) => setImmediate(resume));
    lastMs = performance.now();
    const request = stopRequestOf(deadline);
    if (request !== null) throw stopped(request, outcome);
    if (deadline.remainingMs() === 0) throw overdue(outcome);
  };
}

function overdue(outcome: string): Refusal {
  const what = `the deadline is over, and the image is not searched to its end: ${outcome}`;
  return new Refusal("unavailable", { what, fix: "Give it more time: --deadline 2h." });
}
