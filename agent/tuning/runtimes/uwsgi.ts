// Tunes uWSGI: workers by memory and CPUs, threads as the operator says that the app is safe with.

import { MIB } from "../../size.ts";
import { byOption, bytes, count } from "../profile/build-setting.ts";
import { joinEnvironment } from "../profile/environment.ts";
import type { OptionRules, Options, Profile, Setting, Useful } from "../profile/profile.ts";
import { booleanOption, numberOption } from "../profile/read-option.ts";
import { type CpuRule, tuneWorkers, TWO_FOR_EACH_CPU, WORKER_OPTIONS, workersBytes } from "./web-workers.ts";

/** uWSGI's own documents have no rule, and say that twice the cores is not enough: this is the one for workers of its kind. */
const RULE: CpuRule = {
  ...TWO_FOR_EACH_CPU,
  source: "heroku/heroku-buildpack-python, WEB_CONCURRENCY.sh: unbit/uwsgi-docs, ThingsToKnow.rst, has no rule",
};
const THREADS = "unbit/uwsgi, core/uwsgi.c, threads";
const RELOAD = "unbit/uwsgi, core/uwsgi.c, reload-on-rss, in MiB";

/** A worker without threads serves one request at a time. */
const USEFUL_WORKERS: Useful = {
  least: 2,
  because: "a worker without threads serves one request at a time: a slow one holds up all others",
  instead: "lower the option workerMemory, or raise the option threads",
};

const OPTIONS = {
  ...WORKER_OPTIONS,
  threads: { kind: "integer", default: 1, min: 1, max: 1024, about: "requests at a time in a worker" },
  // Not by default: a worker that always takes more would start anew after each request.
  reload: {
    kind: "boolean",
    default: false,
    about: "a worker that takes more than workerMemory starts anew after its request",
  },
} satisfies OptionRules;

export const uwsgi: Profile = {
  name: "uwsgi",
  about: "a web app behind uWSGI",
  options: OPTIONS,
  takesMemory: true,
  usualWeight: 1,
  useful: (options): Readonly<Record<string, Useful>> =>
    numberOption(options, "threads") === 1 ? { workers: USEFUL_WORKERS } : {},
  ladder: [],
  toShrink: "lower the options workers or workerMemory",
  floorBytes: (options) => workersBytes(options, 1),
  capBytes: (options, { vcpus }) => workersBytes(options, RULE.count(vcpus)),
  tune(allotment, options) {
    const workers = tuneWorkers(allotment, options, RULE);
    const threads = tuneThreads(options);
    const reload = booleanOption(options, "reload") ? { reload_on_rss: tuneReload(options) } : {};
    const variables = {
      UWSGI_WORKERS: workers,
      UWSGI_THREADS: threads,
      ...(reload.reload_on_rss ? { UWSGI_RELOAD_ON_RSS: reload.reload_on_rss } : {}),
    };
    return { workers, threads, ...reload, env: joinEnvironment(variables) };
  },
};

function tuneThreads(options: Options): Setting {
  const threads = numberOption(options, "threads");
  return count(threads, byOption("threads", threads, OPTIONS.threads, THREADS));
}

function tuneReload(options: Options): Setting {
  const wholeMib = Math.floor(numberOption(options, "workerMemory") / MIB);
  return bytes(wholeMib * MIB, String(wholeMib), {
    formula: "workerMemoryBytes",
    inputs: { workerMemoryBytes: numberOption(options, "workerMemory") },
    source: RELOAD,
  });
}
