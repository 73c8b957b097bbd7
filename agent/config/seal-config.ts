// What the config says of `seal`, which no boot reads.

import type { Position } from "../refusal.ts";

/** A finding that is meant to be there. */
export interface SealAllowance {
  /** Matches the file, as the booted machine sees it: `*` within a name, `**` across folders. Null: any. */
  readonly path: string | null;
  /** Null: any. */
  readonly kind: string | null;
  /** As `seal` printed it. Null: any. */
  readonly digest: string | null;
  readonly reason: string;
  /** Who answers for it. */
  readonly owner: string;
  /** The last day on which it holds, `2027-01-31`. Null: always. */
  readonly until: string | null;
  readonly at: Position;
}

export interface SealConfig {
  /** Makes the digests of two runs comparable. Null: each run has its own. */
  readonly salt: string | null;
  /** What is made of kinds that some images have on purpose. */
  readonly severities: ReadonlyMap<string, "fail" | "warn">;
  readonly allow: readonly SealAllowance[];
  /** What is made of security updates that the image lacks; `ignore` asks no repository. */
  readonly updates: "fail" | "warn" | "ignore";
}

export const DEFAULT_SEAL: SealConfig = { salt: null, severities: new Map(), allow: [], updates: "fail" };
