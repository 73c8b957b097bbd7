// How a machine is divided, as the pieces of a bar. Pure.

import type { Tuned } from "../tuning/compute-tuning.ts";
import type { PageConfig } from "./draft.ts";
import type { TriedMachine } from "./try-machine.ts";

export interface Piece {
  readonly kind: "reserve" | "secrets" | "app" | "cache";
  /** What people read: an app's name, or the word for the rest. */
  readonly label: string;
  readonly memoryBytes: number;
}

/** Together all that the OS reports. Without those that have nothing. */
export function divide(
  { secretsSizeBytes }: Pick<PageConfig, "secretsSizeBytes">,
  { machine, tuning }: TriedMachine,
): Piece[] {
  if (tuning === null) return [];
  const { reservedBytes, unallocatedBytes } = tuning.budget;
  const secretsBytes = Math.min(secretsSizeBytes, reservedBytes);
  const whole: Piece[] = [
    { kind: "reserve", label: "reserve", memoryBytes: reservedBytes - secretsBytes },
    { kind: "secrets", label: "secrets", memoryBytes: secretsBytes },
    ...takers(tuning),
    { kind: "cache", label: "page cache", memoryBytes: unallocatedBytes },
  ];
  const pieces = whole.filter(({ memoryBytes }) => memoryBytes > 0);
  const sumBytes = pieces.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
  if (sumBytes !== machine.facts.memLimitBytes)
    throw new Error(`${machine.name}: the pieces have ${sumBytes} of ${machine.facts.memLimitBytes} bytes`);
  return pieces;
}

function takers({ apps }: Tuned): Piece[] {
  return apps.map(({ name, memoryBytes }) => ({ kind: "app", label: name, memoryBytes }));
}
