// How much one template may do: nested loops over long lists would print, turn and run without end.

import { JsonText } from "./context/helper-values.ts";
import { TemplateError } from "./helpers/helpers.ts";

/** No config file has so many values; nested loops over long lists could. */
const MAX_PRINTS = 100_000;

/** 16 Mi of characters: no config file is so long. */
const MAX_PRINTED_LENGTH = 2 ** 24;

/** The template's own text, turn by turn, with the holes. */
const MAX_OUTPUT_LENGTH = 2 ** 26;

/** Loops in loops that print nothing would run for days. */
const MAX_TURNS = 1_000_000;

/** Texts, tags and blocks, turn by turn: a second or two. */
const MAX_STATEMENTS = 10_000_000;

export class RunLimits {
  #prints = 0;
  /** Of texts that were printed. */
  #printedLength = 0;
  /** Turns of all loops together. */
  #turns = 0;
  #statements = 0;

  countStatements(more: number): void {
    this.#statements += more;
    if (this.#statements > MAX_STATEMENTS)
      throw new TemplateError(
        `its loops go through more than ${MAX_STATEMENTS} texts and tags`,
        "Make the lists that they go over shorter.",
      );
  }

  countTurns(more: number): void {
    this.#turns += more;
    if (this.#turns > MAX_TURNS)
      throw new TemplateError(
        `its loops turn more than ${MAX_TURNS} times`,
        "Make the lists that they go over shorter.",
      );
  }

  countPrint(value: unknown): void {
    this.#prints += 1;
    if (this.#prints > MAX_PRINTS)
      throw new TemplateError(`it prints more than ${MAX_PRINTS} values`, "Make its loops shorter.");
    this.#printedLength += value instanceof JsonText ? value.text.length : typeof value === "string" ? value.length : 0;
    if (this.#printedLength > MAX_PRINTED_LENGTH)
      throw new TemplateError(
        `it prints more than ${MAX_PRINTED_LENGTH} characters`,
        "Print less, or print it fewer times.",
      );
  }
}

export function checkLength(output: string): string {
  if (output.length <= MAX_OUTPUT_LENGTH) return output;
  throw new TemplateError(`it puts out more than ${MAX_OUTPUT_LENGTH} characters`, "Make its loops shorter.");
}
