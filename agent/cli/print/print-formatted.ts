// Which files `fmt` has laid out anew, or would, for people. Pure.

import { formatCount, type Paint } from "../text.ts";

interface Formatted {
  readonly changed: readonly string[];
  /** Of all that were looked at. */
  readonly count: number;
}

export function formatFormatted({ changed, count }: Formatted, isWritten: boolean, paint: Paint): string {
  const lines = changed.map((file) => `${isWritten ? "" : "not yet "}formatted ${file}`);
  const others = count - changed.length;
  const rest = others === 0 ? [] : [paint.dim(`${formatCount(others, "file")} unchanged`)];
  return [...lines, ...rest].map((line) => `${line}\n`).join("");
}
