// A Python web app behind gunicorn or uvicorn: processes by memory and CPUs, threads as the app can bear them.

import { count, text, type Reason } from "./build-setting.ts";
import { joinEnvironment } from "./environment.ts";
import { numberOption, optionalNumber, textOption } from "./read-option.ts";
import type { Allotment, OptionRule, Options, Profile, Setting } from "./setting.ts";
import { MIB, TIB } from "./size.ts";

const HEROKU = "heroku/heroku-buildpack-python, WEB_CONCURRENCY.sh, and docs.gunicorn.org, design";
const GUNICORN = "docs.gunicorn.org, settings";

const OPTIONS: Readonly<Record<string, OptionRule>> = {
  server: { kind: "choice", default: "gunicorn", choices: ["gunicorn", "uvicorn"], about: "what starts the processes" },
  workers: { kind: "integer", default: null, min: 1, max: 4096, about: "processes; by memory and CPUs if not given" },
  workerMemory: { kind: "size", default: 256 * MIB, min: 16 * MIB, max: TIB, about: "the most that a process takes" },
  threads: { kind: "integer", default: 1, min: 1, max: 1024, about: "requests at a time in a process of gunicorn" },
  connections: {
    kind: "integer",
    default: 1000,
    min: 1,
    max: 1_000_000,
    about: "open at a time in a threaded process",
  },
};

export const python: Profile = {
  name: "python",
  about: "a Python web app behind gunicorn or uvicorn",
  options: OPTIONS,
  takesMemory: true,
  usualWeight: 1,
  useful: () => ({}),
  ladder: [],
  toShrink: "lower the options workers or workerMemory",
  floorBytes: (options) => (optionalNumber(options, "workers") ?? 1) * numberOption(options, "workerMemory"),
  capBytes: () => Infinity,
  tune(allotment, options) {
    const workers = tuneWorkers(allotment, options);
    const env = joinEnvironment({ WEB_CONCURRENCY: workers });
    if (textOption(options, "server") === "uvicorn")
      return { workers, env, options: joinArguments(`--workers ${workers.text}`, "uvicorn.org, settings") };
    const threads = numberOption(options, "threads");
    const workerClass = threads > 1 ? "gthread" : "sync";
    const flags = `--workers=${workers.text} --worker-class=${workerClass} --threads=${threads}`;
    const connections = numberOption(options, "connections");
    return {
      workers,
      threads: count(threads, byOption(options, "threads", GUNICORN)),
      worker_class: text(workerClass, {
        formula: "threads > 1 ? gthread : sync",
        inputs: { threads },
        source: GUNICORN,
      }),
      worker_connections: count(connections, byOption(options, "connections", GUNICORN)),
      env,
      options: joinArguments(`${flags} --worker-connections=${connections}`, `${GUNICORN}, GUNICORN_CMD_ARGS`),
    };
  },
};

function tuneWorkers({ memoryBytes, vcpus }: Allotment, options: Options): Setting {
  const given = optionalNumber(options, "workers");
  if (given !== null) return count(given, byOption(options, "workers", HEROKU));
  const workerMemoryBytes = numberOption(options, "workerMemory");
  const byMemory = Math.max(1, Math.floor(memoryBytes / workerMemoryBytes));
  const byCpus = 2 * vcpus + 1;
  return count(Math.min(byMemory, byCpus), {
    formula: "min(max(memoryBytes / workerMemoryBytes, 1), 2 * vcpus + 1)",
    inputs: { memoryBytes, workerMemoryBytes, vcpus },
    source: HEROKU,
    boundBy: byMemory > byCpus ? "cap" : null,
  });
}

function byOption(options: Options, name: string, source: string): Reason {
  const isDefault = options[name] === OPTIONS[name]!.default;
  const inputs = { [name]: numberOption(options, name) };
  return { formula: `the option ${name}`, inputs, source, boundBy: isDefault ? null : "user" };
}

function joinArguments(written: string, source: string): Setting {
  return text(written, { formula: "all of the above as arguments", source });
}
