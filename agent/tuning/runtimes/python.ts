// Tunes gunicorn or uvicorn: processes by memory and CPUs, threads as the operator says that the app is safe with.

import { byOption, count, text } from "../profile/build-setting.ts";
import { joinEnvironment } from "../profile/environment.ts";
import type { OptionRules, Options, Profile, Setting, Useful } from "../profile/profile.ts";
import { numberOption, textOption } from "../profile/read-option.ts";
import { type CpuRule, tuneWorkers, TWO_FOR_EACH_CPU, WORKER_OPTIONS, workersBytes } from "./web-workers.ts";

const HEROKU = "heroku/heroku-buildpack-python, WEB_CONCURRENCY.sh, and docs.gunicorn.org, design";
const UVICORN = "tiangolo/uvicorn-gunicorn-docker, WORKERS_PER_CORE, and heroku/heroku-buildpack-python";
const GUNICORN = "docs.gunicorn.org, settings";

const BY_GUNICORN: CpuRule = { ...TWO_FOR_EACH_CPU, source: HEROKU };

/** An event loop keeps a CPU busy; with a second one, a request that blocks the first does not hold up all others. */
const BY_UVICORN: CpuRule = { count: (vcpus) => Math.max(vcpus, 2), formula: "max(vcpus, 2)", source: UVICORN };

/** A single synchronous process serves one request at a time. */
const USEFUL_SYNC_WORKERS = 2;

const OPTIONS = {
  server: { kind: "choice", default: "gunicorn", choices: ["gunicorn", "uvicorn"], about: "what starts the processes" },
  ...WORKER_OPTIONS,
  threads: { kind: "integer", default: 1, min: 1, max: 1024, about: "requests at a time in a process of gunicorn" },
  connections: {
    kind: "integer",
    default: 1000,
    min: 1,
    max: 1_000_000,
    about: "open at a time in a threaded process",
  },
} satisfies OptionRules;

export const python: Profile = {
  name: "python",
  about: "a Python web app behind gunicorn or uvicorn",
  options: OPTIONS,
  takesMemory: true,
  usualWeight: 1,
  useful: (options): Readonly<Record<string, Useful>> => (isSync(options) ? { workers: USEFUL_WORKERS } : {}),
  ladder: [],
  toShrink: "lower the options workers or workerMemory",
  floorBytes: (options) => workersBytes(options, 1),
  capBytes: (options, { vcpus }) => workersBytes(options, cpuRule(options).count(vcpus)),
  tune(allotment, options) {
    const workers = tuneWorkers(allotment, options, cpuRule(options));
    const env = joinEnvironment({ WEB_CONCURRENCY: workers });
    if (isUvicorn(options))
      return { workers, env, options: joinArguments(`--workers ${workers.text}`, "uvicorn.org, settings") };
    const threads = numberOption(options, "threads");
    const workerClass = threads > 1 ? "gthread" : "sync";
    const flags = `--workers=${workers.text} --worker-class=${workerClass} --threads=${threads}`;
    const connections = numberOption(options, "connections");
    return {
      workers,
      threads: count(threads, byOption("threads", threads, OPTIONS.threads, GUNICORN)),
      worker_class: text(workerClass, {
        formula: "threads > 1 ? gthread : sync",
        inputs: { threads },
        source: GUNICORN,
      }),
      worker_connections: count(connections, byOption("connections", connections, OPTIONS.connections, GUNICORN)),
      env,
      options: joinArguments(`${flags} --worker-connections=${connections}`, `${GUNICORN}, GUNICORN_CMD_ARGS`),
    };
  },
};

const USEFUL_WORKERS: Useful = {
  least: USEFUL_SYNC_WORKERS,
  because: "a synchronous process serves one request at a time: a slow one holds up all others",
  instead: "lower the option workerMemory, or raise the option threads",
};

function isUvicorn(options: Options): boolean {
  return textOption(options, "server") === "uvicorn";
}

function isSync(options: Options): boolean {
  return !isUvicorn(options) && numberOption(options, "threads") === 1;
}

function cpuRule(options: Options): CpuRule {
  return isUvicorn(options) ? BY_UVICORN : BY_GUNICORN;
}

function joinArguments(written: string, source: string): Setting {
  return text(written, { formula: "all of the above as arguments", source });
}
