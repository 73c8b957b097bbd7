// Which steps a run took, when each began and how long it took. A boot comes through here dozens of times: it pushes and subtracts.

import { UNTIMED } from "../time-step.ts";
import type { SpanReport } from "./report.ts";

/** What only a run of hundreds of secrets comes to; of later ones the stages alone are noted. */
const MOST_SPANS = 1_000;

interface Span {
  readonly name: string;
  readonly startMs: number;
  readonly parent: number | null;
  /** Null: it goes on. */
  tookMs: number | null;
  tries: number;
}

export class Spans {
  readonly #originMs: number;
  readonly #spans: Span[] = [];
  /** The stages that go on, by their places in the list. */
  #open: readonly number[] = [];

  constructor(originMs: number) {
    this.#originMs = originMs;
  }

  beginStage(name: string): Span {
    // Waves overlap: a stage that begins while another goes on is no part of it.
    const stage = this.#begin(name, null);
    this.#open = [...this.#open, this.#spans.length - 1];
    return stage;
  }

  /** @returns how long it took */
  endStage(stage: Span): number {
    this.#open = this.#open.filter((place) => this.#spans[place] !== stage);
    return this.#end(stage);
  }

  async timeStep<T>(name: string, work: (again: () => void) => Promise<T>): Promise<T> {
    if (this.#spans.length >= MOST_SPANS) return UNTIMED(name, work);
    const span = this.#begin(name, this.#open.at(-1) ?? null);
    try {
      return await work(() => void span.tries++);
    } finally {
      this.#end(span);
    }
  }

  /** What goes on has taken until now. */
  list(): SpanReport[] {
    const nowMs = this.#nowMs();
    return this.#spans.map(({ name, startMs, parent, tookMs, tries }) => {
      const took = tookMs ?? nowMs - startMs;
      return { name, startMs: roundMs(startMs), tookMs: roundMs(took), parent, tries };
    });
  }

  #begin(name: string, parent: number | null): Span {
    const span = { name, startMs: this.#nowMs(), parent, tookMs: null, tries: 1 };
    this.#spans.push(span);
    return span;
  }

  #end(span: Span): number {
    return (span.tookMs ??= this.#nowMs() - span.startMs);
  }

  #nowMs(): number {
    return performance.now() - this.#originMs;
  }
}

export function roundMs(ms: number): number {
  return Math.round(ms * 10) / 10;
}
