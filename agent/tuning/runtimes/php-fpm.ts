// Tunes PHP-FPM: as many children as fit at their memory limit beside the memory that they share, by Heroku's or Upsun's
// rule; spare children by FPM's.

import { GIB, KIB, MIB, TIB } from "../../size.ts";
import { byGiven, byOption, bytes, count, text } from "../profile/build-setting.ts";
import type { Allotment, OptionRules, Options, Profile, Setting, Settings } from "../profile/profile.ts";
import { numberOption, optionalNumber, textOption } from "../profile/read-option.ts";

const HEROKU = "heroku/heroku-buildpack-php, bin/util/autotune.php";
const UPSUN = "platformsh/platformsh-docs, languages/php/fpm.md";
const FPM = "php.net, FPM configuration, and php-src, fpm_conf.c";

/** Heroku's measure: PHP's own memory_limit. */
const BASE_BYTES = 128 * MIB;

/** Upsun's least children; how many it allows whatever the CPUs; and how many for each CPU beyond that. */
const UPSUN_LEAST = 2;
const UPSUN_FEW = 24;
const UPSUN_PER_CPU = 5;

/** With two, a page that asks its own site for something, as WordPress does, leaves no child to other visitors. */
const USEFUL_CHILDREN = 3;

const OPTIONS = {
  rule: { kind: "choice", default: "heroku", choices: ["heroku", "upsun"], about: "how the children are counted" },
  pm: { kind: "choice", default: "dynamic", choices: ["dynamic", "static", "ondemand"], about: "process manager" },
  maxChildren: { kind: "integer", default: null, min: 1, max: 100_000, about: "pm.max_children; by the rule" },
  memoryLimit: { kind: "size", default: BASE_BYTES, min: MIB, max: TIB, about: "heroku: memory_limit of a child" },
  requestMemory: { kind: "size", default: 45 * MIB, min: 10 * MIB, max: TIB, about: "upsun: what a request takes" },
  // Upsun's least. Heroku keeps nothing; four children that filled a memory_limit of 128M took 504 MiB of 512, and
  // WordPress's opcache would not fit beside them.
  reservedMemory: {
    kind: "size",
    default: 70 * MIB,
    min: 8 * MIB,
    max: TIB,
    about: "memory for the master and the opcache, not for requests",
  },
} satisfies OptionRules;

export const phpFpm: Profile = {
  name: "php-fpm",
  about: "a pool of PHP-FPM",
  options: OPTIONS,
  takesMemory: true,
  usualWeight: 1,
  useful: (options) => ({
    pm_max_children: {
      least: USEFUL_CHILDREN,
      because: "a page that asks its own site for something, as WordPress does, takes two",
      instead: `lower the option ${childOption(options)}`,
    },
  }),
  ladder: [],
  toShrink: "lower the options maxChildren, memoryLimit or requestMemory",
  floorBytes: (options) =>
    memoryFor(optionalNumber(options, "maxChildren") ?? (isUpsun(options) ? UPSUN_LEAST : 1), options),
  capBytes: (options, { vcpus }) =>
    optionalNumber(options, "maxChildren") === null && !isUpsun(options)
      ? mostByHeroku(vcpus, options)
      : memoryFor(optionalNumber(options, "maxChildren") ?? mostByUpsun(vcpus), options),
  tune(allotment, options) {
    const children = tuneChildren(allotment, options);
    return {
      pm: tuneManager(options),
      pm_max_children: children,
      ...tuneSpares(Number(children.value), textOption(options, "pm")),
      memory_limit: tuneLimit(options),
    };
  },
};

function isUpsun(options: Options): boolean {
  return textOption(options, "rule") === "upsun";
}

function childOption(options: Options): "requestMemory" | "memoryLimit" {
  return isUpsun(options) ? "requestMemory" : "memoryLimit";
}

function memoryFor(children: number, options: Options): number {
  return numberOption(options, "reservedMemory") + children * numberOption(options, childOption(options));
}

function tuneManager(options: Options): Setting {
  const pm = textOption(options, "pm");
  return text(pm, byOption("pm", pm, OPTIONS.pm, FPM));
}

function tuneChildren(allotment: Allotment, options: Options): Setting {
  const maxChildren = optionalNumber(options, "maxChildren");
  if (maxChildren === null)
    return isUpsun(options) ? countByUpsun(allotment, options) : countByHeroku(allotment, options);
  return count(maxChildren, byGiven("maxChildren", maxChildren, FPM));
}

function countByHeroku({ memoryBytes, vcpus }: Allotment, options: Options): Setting {
  const memoryLimitBytes = numberOption(options, "memoryLimit");
  const reservedMemoryBytes = numberOption(options, "reservedMemory");
  const byCpus = countByCpus(countDoublings(memoryBytes), vcpus, memoryLimitBytes);
  const bearable = Math.floor((memoryBytes - reservedMemoryBytes) / memoryLimitBytes);
  const byHeroku = Math.min(byCpus, Math.floor(memoryBytes / memoryLimitBytes));
  return count(Math.max(1, Math.min(byCpus, bearable)), {
    formula:
      "max(1, min(ceil(log2(memoryBytes / baseBytes)) * vcpus * 2 * baseBytes / memoryLimitBytes, (memoryBytes - reservedMemoryBytes) / memoryLimitBytes))",
    inputs: { memoryBytes, vcpus, memoryLimitBytes, reservedMemoryBytes, baseBytes: BASE_BYTES },
    source: HEROKU,
    boundBy: byCpus < 1 ? "floor" : bearable < byHeroku ? "share" : null,
    ...(bearable < byHeroku ? { note: "Heroku keeps nothing for the master and the opcache" } : {}),
  });
}

function countByCpus(doublings: number, vcpus: number, memoryLimitBytes: number): number {
  return Math.floor((doublings * vcpus * 2 * BASE_BYTES) / memoryLimitBytes);
}

/** The least memory with which Heroku's children are bound by the CPUs, not by the memory. */
function mostByHeroku(vcpus: number, options: Options): number {
  const limitBytes = numberOption(options, "memoryLimit");
  for (let doublings = 1; ; doublings += 1) {
    const neededBytes = memoryFor(Math.max(1, countByCpus(doublings, vcpus, limitBytes)), options);
    if (neededBytes <= BASE_BYTES * 2 ** doublings) return neededBytes;
  }
}

/** ceil(log2(memory / base)), 0 at least: exact at powers of two, where a logarithm need not be. */
function countDoublings(memoryBytes: number): number {
  let doublings = 0;
  while (BASE_BYTES * 2 ** doublings < memoryBytes) doublings += 1;
  return doublings;
}

function countByUpsun({ memoryBytes, vcpus }: Allotment, options: Options): Setting {
  const [reservedMemoryBytes, requestMemoryBytes] = [
    numberOption(options, "reservedMemory"),
    numberOption(options, "requestMemory"),
  ];
  const exact = (memoryBytes - reservedMemoryBytes) / requestMemoryBytes;
  const bearable = Math.floor(exact);
  const most = mostByUpsun(vcpus);
  const note =
    bearable > most && most > UPSUN_PER_CPU * vcpus
      ? "Upsun would go down to 5 for each CPU here, and have fewer children than with less memory."
      : bearable <= most && bearable < exact
        ? "Upsun rounds up, which the share would not hold with every child at its limit."
        : undefined;
  return count(Math.min(bearable, most), {
    formula: "min((memoryBytes - reservedMemoryBytes) / requestMemoryBytes, max(24, 5 * vcpus))",
    inputs: { memoryBytes, reservedMemoryBytes, requestMemoryBytes, vcpus },
    source: UPSUN,
    boundBy: bearable > most ? "cap" : bearable < exact ? "share" : null,
    ...(note === undefined ? {} : { note }),
  });
}

// From 25 children on Upsun goes down to 5 for each CPU: fewer than with less memory. Here 24 stay.
function mostByUpsun(vcpus: number): number {
  return Math.max(UPSUN_FEW, UPSUN_PER_CPU * vcpus);
}

// FPM wants min <= start <= max, each at least 1 and at most the children.
function tuneSpares(children: number, pm: string): Settings {
  if (pm === "static") return {};
  if (pm === "ondemand")
    return { pm_process_idle_timeout: text("10s", { formula: "the default of FPM", source: FPM }) };
  const least = Math.max(1, Math.floor(children / 4));
  const most = Math.max(1, Math.floor((children * 3) / 4));
  return {
    pm_start_servers: count(Math.floor((least + most) / 2), {
      formula: "least + (most - least) / 2",
      inputs: { least, most },
      source: FPM,
    }),
    pm_min_spare_servers: count(least, { formula: "max(1, children / 4)", inputs: { children }, source: FPM }),
    pm_max_spare_servers: count(most, { formula: "max(1, children * 3 / 4)", inputs: { children }, source: FPM }),
  };
}

function tuneLimit(options: Options): Setting {
  const name = childOption(options);
  const value = numberOption(options, name);
  const upsun = "Upsun leaves memory_limit at 128M: a few large requests at once would not fit into the share.";
  return bytes(value, formatPhpSize(value), {
    ...byOption(name, value, OPTIONS[name], isUpsun(options) ? UPSUN : HEROKU),
    ...(isUpsun(options) ? { note: upsun } : {}),
  });
}

/** In the largest of PHP's units that divides the size. */
function formatPhpSize(sizeBytes: number): string {
  if (sizeBytes % GIB === 0) return `${sizeBytes / GIB}G`;
  if (sizeBytes % MIB === 0) return `${sizeBytes / MIB}M`;
  return sizeBytes % KIB === 0 ? `${sizeBytes / KIB}K` : String(sizeBytes);
}
