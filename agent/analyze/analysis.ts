// A run's report and the times of its boot → where the time went. Pure.

import type { Problem } from "../refusal.ts";
import type { Report, SpanReport } from "../report/report.ts";
import type { BootTimes } from "./ask-systemd.ts";
import { placeInBoot, zeroOf, type PlaceInBoot } from "./place-in-boot.ts";

/** A step, as deep in the tree as its parents are many. */
export interface Step extends SpanReport {
  readonly depth: number;
}

export interface AnalyzedRun extends Pick<Report, "runId" | "startedAt" | "result" | "tookMs" | "waves"> {
  /** Since what the boot's times count from; null: not known. */
  readonly startMs: number | null;
  /** Each behind the one that it is a part of, and else in the order in which they began. */
  readonly steps: readonly Step[];
}

export interface Analysis {
  readonly run: AnalyzedRun;
  /** Null: systemd does not tell. */
  readonly boot: PlaceInBoot | null;
  /** Why not. */
  readonly problems: readonly Problem[];
}

export function analyze(report: Report, times: BootTimes | Problem): Analysis {
  const { runId, startedAt, result, tookMs, waves, sinceBootMs } = report;
  const isTold = "manager" in times;
  const zeroMs = isTold ? zeroOf(times.manager) / 1000 : 0;
  const startMs = sinceBootMs === null || !isTold ? null : Math.round((sinceBootMs - zeroMs) * 10) / 10;
  return {
    run: { runId, startedAt, result, tookMs, startMs, waves, steps: layOut(stepsOf(report)) },
    boot: isTold ? placeInBoot(times.manager, times.units, times.target) : null,
    problems: isTold ? [] : [times],
  };
}

/** A report of an earlier version has the stages alone, one after the other. */
function stepsOf({ spans, stages }: Report): readonly SpanReport[] {
  if (spans.length > 0) return spans;
  let startMs = 0;
  return stages.map(({ name, tookMs }) => {
    const span = { name, startMs, tookMs, parent: null, tries: 1 };
    startMs += tookMs;
    return span;
  });
}

function layOut(spans: readonly SpanReport[]): Step[] {
  const childrenOf = Map.groupBy(spans.keys(), (place) => spans[place]!.parent);
  const withParts = (parent: number | null, depth: number): Step[] =>
    (childrenOf.get(parent) ?? []).flatMap((place) => [{ ...spans[place]!, depth }, ...withParts(place, depth + 1)]);
  return withParts(null, 0);
}
