// Tunes Prometheus: the Go runtime's limits, queries that fit beside the head, and the series that the head then bears.

import { KIB, MIB } from "../../size.ts";
import { byGiven, byOption, count, text } from "../profile/build-setting.ts";
import { joinEnvironment } from "../profile/environment.ts";
import type { Allotment, Bound, OptionRules, Options, Profile, Setting } from "../profile/profile.ts";
import { numberOption, optionalNumber } from "../profile/read-option.ts";
import { go, tuneRuntime } from "../runtimes/go.ts";

const MAIN = "prometheus/prometheus, cmd/prometheus/main.go";
const SERIES = "robustperception.io, how much RAM does Prometheus 2.x need";

/** The flags' defaults, and the size of a sample in a query: a time and a value. */
const MOST_QUERIES = 20;
const MOST_SAMPLES = 50_000_000;
const SAMPLE_BYTES = 16;
const QUERIES_BYTES = MOST_QUERIES * MOST_SAMPLES * SAMPLE_BYTES;

/** A twentieth of the samples: with fewer, dashboards of a day fail. */
const LEAST_SAMPLES = MOST_SAMPLES / 20;

/** Code, scrape and rule managers and the WAL's buffers, before the first target: an estimate on the safe side. */
const BASE_BYTES = 64 * MIB;

/**
 * In the head: 2.9 KB for a series of ten labels, 4.3 KB for three hours of samples 15 s apart, both with garbage; and room
 * for series that come and go.
 */
const SERIES_BYTES = 8 * KIB;
const LEAST_SERIES = 5000;

/** Grafana estimates 700 series for a host, Ubuntu has 1,300. */
const LEAST_USEFUL_SERIES = 10_000;
const LEAST_USEFUL_QUERIES = 2;

const OPTIONS = {
  limitPercent: { ...go.options.limitPercent, about: "the share that the Go runtime may take" },
  maxProcs: { kind: "integer", default: null, min: 1, max: 4096, about: "GOMAXPROCS; one per CPU if not given" },
  gogc: { kind: "integer", default: 75, min: 10, max: 1000, about: "GOGC" },
  query_max_concurrency: {
    kind: "integer",
    default: null,
    min: 1,
    max: 1000,
    about: "--query.max-concurrency; 20 where there is room",
  },
  query_max_samples: {
    kind: "integer",
    default: null,
    min: 1000,
    max: 10_000_000_000,
    about: "--query.max-samples; 50000000 where there is room",
  },
} satisfies OptionRules;

export const prometheus: Profile = {
  name: "prometheus",
  about: "a Prometheus server",
  options: OPTIONS,
  takesMemory: true,
  readsPageCache: true,
  usualWeight: 1,
  useful: () => ({
    series: { least: LEAST_USEFUL_SERIES, because: "ten hosts with node_exporter have as many" },
    query_max_concurrency: {
      least: LEAST_USEFUL_QUERIES,
      because: "a dashboard and the rules wait for each other",
      instead: "lower the option query_max_samples",
    },
  }),
  ladder: [],
  toShrink: "lower the options query_max_concurrency or query_max_samples",
  floorBytes: (options) => Math.ceil((leastHeapBytes(options) * 100) / numberOption(options, "limitPercent")),
  // There are always more series.
  capBytes: () => Infinity,
  tune(allotment, options) {
    const variables = tuneVariables(allotment, options);
    const limitBytes = Number(variables.GOMEMLIMIT.value);
    const queriesBytes = shareOfQueries(limitBytes, options);
    const queries = tuneQueries(queriesBytes, options);
    return {
      ...variables,
      env: joinEnvironment(variables),
      ...queries,
      series: tuneSeries(limitBytes, queriesBytes),
      options: joinFlags(queries),
    };
  },
};

/** The settings of any Go service, and GOGC. */
function tuneVariables(allotment: Allotment, options: Options) {
  const { GOMEMLIMIT, GOMAXPROCS } = tuneRuntime(allotment, options);
  const gogc = numberOption(options, "gogc");
  const GOGC = count(gogc, byOption("gogc", gogc, OPTIONS.gogc, MAIN));
  return { GOMEMLIMIT: { ...GOMEMLIMIT, source: `${MAIN}, --auto-gomemlimit.ratio` }, GOMAXPROCS, GOGC };
}

/** The memory of the queries that options give, or of one small query. */
function leastQueriesBytes(options: Options): number {
  const queries = optionalNumber(options, "query_max_concurrency") ?? 1;
  return queries * (optionalNumber(options, "query_max_samples") ?? LEAST_SAMPLES) * SAMPLE_BYTES;
}

function leastHeapBytes(options: Options): number {
  return BASE_BYTES + LEAST_SERIES * SERIES_BYTES + leastQueriesBytes(options);
}

/** Queries get half of what the least leaves; the head gets the other half. */
function shareOfQueries(limitBytes: number, options: Options): number {
  const spareBytes = Math.floor((limitBytes - leastHeapBytes(options)) / 2);
  const queries = optionalNumber(options, "query_max_concurrency") ?? MOST_QUERIES;
  const mostBytes = queries * (optionalNumber(options, "query_max_samples") ?? MOST_SAMPLES) * SAMPLE_BYTES;
  return Math.min(leastQueriesBytes(options) + spareBytes, mostBytes);
}

type QuerySettings = Readonly<Record<"query_max_concurrency" | "query_max_samples", Setting>>;

/** Lowers both below their defaults in the same proportion, so that neither falls when the memory grows. */
function tuneQueries(queriesBytes: number, options: Options): QuerySettings {
  const givenQueries = optionalNumber(options, "query_max_concurrency");
  const givenSamples = optionalNumber(options, "query_max_samples");
  const queries = tuneConcurrency(queriesBytes, givenQueries, givenSamples);
  return { query_max_concurrency: queries, query_max_samples: tuneSamples(queriesBytes, givenQueries, givenSamples) };
}

function tuneConcurrency(queriesBytes: number, given: number | null, samples: number | null): Setting {
  if (given !== null) return count(given, byGiven("query_max_concurrency", given, MAIN));
  const byMemory =
    samples === null
      ? Math.floor(MOST_QUERIES * Math.sqrt(queriesBytes / QUERIES_BYTES))
      : Math.floor(queriesBytes / samples / SAMPLE_BYTES);
  const value = Math.max(1, Math.min(byMemory, MOST_QUERIES));
  return count(value, {
    formula:
      samples === null
        ? "max(1, mostQueries * sqrt(queriesBytes / mostBytes))"
        : "min(queriesBytes / samplesOfOne / sampleBytes, mostQueries)",
    inputs: {
      queriesBytes,
      mostQueries: MOST_QUERIES,
      ...(samples === null ? { mostBytes: QUERIES_BYTES } : { samplesOfOne: samples, sampleBytes: SAMPLE_BYTES }),
    },
    source: MAIN,
    ...describeBound(value < MOST_QUERIES),
  });
}

function tuneSamples(queriesBytes: number, queries: number | null, given: number | null): Setting {
  if (given !== null) return count(given, byGiven("query_max_samples", given, MAIN));
  const byMemory =
    queries === null
      ? Math.floor(MOST_SAMPLES * Math.sqrt(queriesBytes / QUERIES_BYTES))
      : Math.floor(queriesBytes / queries / SAMPLE_BYTES);
  const value = Math.min(byMemory, MOST_SAMPLES);
  return count(value, {
    formula:
      queries === null
        ? "mostSamples * sqrt(queriesBytes / mostBytes)"
        : "min(queriesBytes / queriesAtOnce / sampleBytes, mostSamples)",
    inputs: {
      queriesBytes,
      mostSamples: MOST_SAMPLES,
      ...(queries === null ? { mostBytes: QUERIES_BYTES } : { queriesAtOnce: queries, sampleBytes: SAMPLE_BYTES }),
    },
    source: MAIN,
    ...describeBound(value < MOST_SAMPLES),
  });
}

function describeBound(isLess: boolean): { boundBy: Bound; note?: string } {
  if (!isLess) return { boundBy: null };
  return { boundBy: "share", note: "Prometheus's defaults, 20 queries of 50 million samples, hold 16 GB at once" };
}

/** An estimate, for an alert on prometheus_tsdb_head_series: Prometheus has no limit of its own. */
function tuneSeries(limitBytes: number, queriesBytes: number): Setting {
  return count(Math.floor((limitBytes - BASE_BYTES - queriesBytes) / SERIES_BYTES), {
    formula: "(limitBytes - baseBytes - queriesBytes) / seriesBytes",
    inputs: { limitBytes, baseBytes: BASE_BYTES, queriesBytes, seriesBytes: SERIES_BYTES },
    source: SERIES,
  });
}

function joinFlags({ query_max_concurrency: queries, query_max_samples: samples }: QuerySettings): Setting {
  return text(`--query.max-concurrency=${queries.text} --query.max-samples=${samples.text}`, {
    formula: "the queries' limits as flags",
    source: MAIN,
  });
}
