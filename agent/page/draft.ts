// What a person edits on the page: the part of a config that decides the tuning, each value as it was typed. Nothing else of an
// image is in it: no secret, no file, no variable, for such a page is mailed around.

import type { AppConfig, Config, Enforcement, ReserveRule } from "../config/config.ts";
import { GIB, MIB } from "../size.ts";
import type { TunedConfig } from "../tuning/compute-tuning.ts";

/** Of a config what the page shows. */
export type PageConfig = TunedConfig & Pick<Config, "architectures">;

/** Empty: left out of the config. */
export interface AppDraft {
  readonly name: string;
  readonly profile: string;
  readonly weight: string;
  readonly min: string;
  readonly max: string;
  readonly cpuWeight: string;
  readonly optional: boolean;
  /** Null: nobody keeps it to its share but the app itself. */
  readonly enforce: EnforceDraft | null;
  readonly options: Readonly<Record<string, string>>;
}

export interface EnforceDraft {
  readonly unit: string;
  readonly memoryHigh: string;
}

/** All three empty: parbake's own rule. */
export interface ReserveDraft {
  readonly share: string;
  readonly min: string;
  readonly max: string;
}

export interface Draft {
  readonly apps: readonly AppDraft[];
  readonly reserve: ReserveDraft;
  readonly secretsSize: string;
  /** None: any. */
  readonly architectures: readonly string[];
}

export const NO_RESERVE: ReserveDraft = { share: "", min: "", max: "" };

export function newApp(name: string, profile: string): AppDraft {
  return { name, profile, weight: "", min: "", max: "", cpuWeight: "", optional: false, enforce: null, options: {} };
}

export function draftOf(config: PageConfig): Draft {
  const { reserve, apps, secretsSizeBytes, architectures } = config;
  return {
    apps: apps.map(draftApp),
    reserve: draftReserve(reserve.memory),
    secretsSize: secretsSizeBytes === 0 ? "" : writeSize(secretsSizeBytes),
    architectures,
  };
}

function draftApp({ name, profile, memory, cpu, optional, enforce, options }: AppConfig): AppDraft {
  const { weight, minBytes, maxBytes } = memory;
  return {
    name,
    profile,
    weight: weight === null ? "" : String(weight),
    min: minBytes === null ? "" : writeSize(minBytes),
    max: maxBytes === null ? "" : writeSize(maxBytes),
    cpuWeight: cpu.weight === 1 ? "" : String(cpu.weight),
    optional,
    enforce: enforce === undefined ? null : draftEnforce(enforce),
    options: Object.fromEntries(Object.entries(options).map(([option, value]) => [option, String(value)])),
  };
}

function draftEnforce({ unit, highPercent }: Enforcement): EnforceDraft {
  return { unit: unit ?? "", memoryHigh: highPercent === null ? "" : `${highPercent}%` };
}

function draftReserve(rule: ReserveRule): ReserveDraft {
  switch (rule.kind) {
    case "tiers":
      return NO_RESERVE;
    case "share":
      return {
        share: `${Number((rule.share * 100).toFixed(9))}%`,
        min: writeSize(rule.minBytes),
        max: rule.maxBytes === Infinity ? "" : writeSize(rule.maxBytes),
      };
  }
}

/** Exactly, to be read back: `512MiB`, `1536MiB`, `1000B`. */
export function writeSize(sizeBytes: number): string {
  if (sizeBytes === 0) return "0";
  if (sizeBytes % GIB === 0) return `${sizeBytes / GIB}GiB`;
  return sizeBytes % MIB === 0 ? `${sizeBytes / MIB}MiB` : `${sizeBytes}B`;
}
