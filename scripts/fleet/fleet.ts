// What a fleet's start is made of, and what comes of it: the words between the process that keeps time and those that boot.

export interface FleetOptions {
  readonly instances: number;
  readonly secretsEach: number;
  readonly deadlineMs: number;
  /** The instances start at random within it. */
  readonly spreadMs: number;
  readonly batch: boolean;
  readonly startJitterMs: number;
  readonly seed: number;
}

/** One worker's part: the instances whose number leaves `index` when divided by `workers`. */
export interface Share extends FleetOptions {
  readonly endpoint: string;
  readonly index: number;
  readonly workers: number;
}

export interface Boot {
  readonly startedMs: number;
  readonly endedMs: number;
  /** Requests to Secrets Manager. */
  readonly calls: number;
  /** Null: it came up. */
  readonly refusal: string | null;
}

export type Order =
  | { readonly kind: "start"; readonly share: Share }
  | { readonly kind: "advance"; readonly toMs: number };

export type Report =
  /** Nothing happens any more before then. */
  { readonly kind: "idle"; readonly nextMs: number } | { readonly kind: "done"; readonly boots: readonly Boot[] };

/** Of virtual time: fine enough beside waits of up to seconds, coarse enough that many instances act in one. */
export const TICK_MS = 10;

export function secretName(index: number): string {
  return `fleet/${index}`;
}
