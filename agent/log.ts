// What the stages may say while they work. The logger itself is wired in by main; nothing below it knows winston.

export type LogLevel = "error" | "warn" | "info" | "debug";

/** `fields` are facts for programs: plain values, never a secret. */
export type Log = (
  level: LogLevel,
  message: string,
  fields?: Readonly<Record<string, string | number | boolean | null>>,
) => void;
