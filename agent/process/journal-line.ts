// What the journal makes one entry of: a line with its priority in front, which the journal takes off (sd-daemon(3)). Pure.

import type { LogLevel } from "../log.ts";
import { shown } from "../shown.ts";

export const PRIORITY: Readonly<Record<LogLevel, number>> = { error: 3, warn: 4, info: 6, debug: 7 };

export function journalLine(level: LogLevel, message: string): string {
  return `<${PRIORITY[level]}>${oneLine(message)}`;
}

// A line break in a message would start a second entry, whose priority the message's author could choose. parbake's own
// line breaks separate the problems of one Refusal, and the frames of a bug.
export function oneLine(message: string): string {
  return message
    .split(/\s*\n\s*/)
    .map(shown)
    .join("; ");
}
