// Our own bugs: which errors are one, and what may be told of one: where it was thrown, never what it says, for its message may
// quote a secret. Pure.

import { Refusal } from "./refusal.ts";

/** The name of an unforeseen error and where it was thrown. Its message is left out: it may quote anything, a secret too. */
export function describeBug(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const name = /^\w+$/.test(error.name) ? error.name : "Error";
  return [name, ...lastFrames(error.stack ?? "")].join("\n");
}

/** The same on one line, as a part of a sentence. */
function describeBugInline(error: unknown): string {
  return describeBug(error).replaceAll(/\n\s*/g, " ");
}

/** Why something failed, in our words alone: a Refusal's, or that it is a bug. */
export function tellFailure(error: unknown): string {
  return error instanceof Refusal ? error.message : `a bug in parbake, ${describeBugInline(error)}`;
}

// V8's own lines alone, which stand at the end: a message of many lines may have some that begin like them.
function lastFrames(stack: string): string[] {
  const lines = stack.split("\n");
  return lines.slice(lines.findLastIndex((line) => !FRAME.test(line)) + 1);
}

/**
 * Whether an error can only be a bug of ours: JavaScript's own (TypeError, RangeError, …) without the code that Node gives to what
 * it throws itself. What catches errors of a machine or a network to go on lets these through.
 */
export function isBug(error: unknown): boolean {
  return NATIVE.some((kind) => error instanceof kind) && !("code" in (error as Error));
}

const NATIVE = [TypeError, RangeError, ReferenceError, SyntaxError, URIError, EvalError];

const FRAME = /^ {4}at (?:[^()]+ \()?(?:(?:node:|file:|\/)[\w./@%-]*:\d+:\d+|<anonymous>|native)\)?$/;
