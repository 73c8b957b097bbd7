// A well-kept parser beside one of our readers: both readings of a file, in one shape that can be compared.

import type { Token } from "../../../agent/formats/readers/scanner.ts";

/** Lists, maps and leaves; text is a string, a word whose spelling tells its type is not. */
export type Reading = unknown;

export interface Parser {
  /** Throws what the parser throws. */
  readonly parse: (file: string) => Reading;
  /** What our reader's tokens amount to. */
  readonly assemble: (tokens: readonly Token[], file: string) => Reading;
}
