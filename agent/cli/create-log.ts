// winston, wired to stderr: text for people, JSON for collectors, priority prefixes for the journal.

import { Writable } from "node:stream";
import winston from "winston";
import type { Log, LogLevel } from "../log.ts";
import { journalLine, oneLine } from "../process/journal-line.ts";
import { shown, shownJson } from "../shown.ts";
import type { LogFormat } from "./invocation.ts";

export function createLog(level: LogLevel, format: LogFormat, write: (line: string) => void): Log {
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      write(chunk.toString("utf8"));
      done();
    },
  });
  const logger = winston.createLogger({
    level,
    format: winston.format.printf((entry) => formatEntry(entry as unknown as Entry, format)),
    transports: [new winston.transports.Stream({ stream })],
  });
  return (entryLevel, message, fields = {}) => {
    logger.log({ level: entryLevel, message, fields });
  };
}

interface Entry {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** One line, without its end. */
export function formatEntry({ level, message, fields }: Entry, format: LogFormat): string {
  switch (format) {
    case "json":
      return shownJson({ time: new Date().toISOString(), level, message, ...fields });
    case "journal":
      return `${journalLine(level, message)}${formatFields(fields)}`;
    case "text":
      return `parbake: ${level === "info" ? "" : `${level}: `}${oneLine(message)}${formatFields(fields)}`;
  }
}

function formatFields(fields: Readonly<Record<string, unknown>>): string {
  const words = Object.entries(fields).map(([name, value]) => shown(`${name}=${String(value)}`));
  return words.length > 0 ? ` (${words.join(", ")})` : "";
}
