// Tells those who are not at a run's terminal what it waits for: a line now and then, which the console shows too; systemd's status
// line; the file that `status` and `ready` read. Loaded only once a wait is longer than a second.

import { removeWait, writeWait } from "../apply/state/running-run.ts";
import type { Wait } from "../cli/progress.ts";
import { attempt } from "../host/attempt.ts";
import { notifyStatus } from "../host/notify-status.ts";

interface Audience {
  readonly root: string;
  /** When the run began. */
  readonly startMs: number;
  /** Of systemd's notifications. Absent: it wants none. */
  readonly socket: string | undefined;
  readonly say: (message: string) => void;
}

/** After how much of a wait a line says so: each twice as long as the one before, so that a long wait fills no journal. */
const FIRST_LINE_MS = 5_000;
/** Who asks systemd within that time learns nothing from its status line. */
const FIRST_STATUS_MS = 2_000;

export class WaitTeller {
  readonly #audience: Audience;
  #what: string | null = null;
  #nextLineMs = FIRST_LINE_MS;
  #nextStatusMs = FIRST_STATUS_MS;
  #hasStatus = false;

  constructor(audience: Audience) {
    this.#audience = audience;
  }

  /** Hears each second of a wait that has lasted long; null: there is none any more. */
  tell(wait: Wait | null): void {
    if (wait === null) return this.#forget();
    if (wait.what !== this.#what) this.#leave(wait);
    const { waitedMs } = wait;
    if (waitedMs >= this.#nextStatusMs) {
      void this.#notify(describeWait(wait));
      this.#nextStatusMs =
        this.#nextStatusMs === FIRST_STATUS_MS ? FIRST_LINE_MS : doubled(this.#nextStatusMs, waitedMs);
    }
    if (waitedMs < this.#nextLineMs) return;
    this.#audience.say(describeWait(wait));
    this.#nextLineMs = doubled(this.#nextLineMs, waitedMs);
  }

  /** When the run is over: leaves nothing that says it waits. */
  async close(): Promise<void> {
    this.#forget();
    if (this.#hasStatus) await this.#notify("");
  }

  #leave({ what, waitedMs, limitMs }: Wait): void {
    const { root, startMs } = this.#audience;
    this.#what = what;
    [this.#nextLineMs, this.#nextStatusMs] = [FIRST_LINE_MS, FIRST_STATUS_MS];
    const since = new Date(Date.now() - waitedMs).toISOString();
    // Whoever may not write below /run/parbake, or finds it full, runs all the same.
    attempt(undefined, () => writeWait(root, new Date(startMs).toISOString(), { what, since, limitMs }));
  }

  #forget(): void {
    if (this.#what === null) return;
    this.#what = null;
    attempt(undefined, () => removeWait(this.#audience.root));
  }

  async #notify(status: string): Promise<void> {
    const { socket } = this.#audience;
    if (socket === undefined) return;
    this.#hasStatus = true;
    await notifyStatus(socket, status);
  }
}

/** The first of them that is still to come. */
function doubled(ms: number, waitedMs: number): number {
  return ms > waitedMs ? ms : doubled(ms * 2, waitedMs);
}

/** `asking Secrets Manager for db: 20 s of 40`. */
export function describeWait({ what, waitedMs, limitMs }: Wait): string {
  return `${what}: ${Math.floor(waitedMs / 1_000)} s${limitMs === null ? "" : ` of ${Math.round(limitMs / 1_000)}`}`;
}
