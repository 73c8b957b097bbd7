// Tunes one profile with a machine of its own, for the tests: a refusal fails the test, showing what was said.

import assert from "node:assert/strict";
import type { OptionValue } from "../../../agent/config/config.ts";
import { tuneAlone } from "../../../agent/tuning/compute-tuning.ts";
import type { Allotment, Settings } from "../../../agent/tuning/profile/profile.ts";
import { findProfile } from "../../../agent/tuning/resolve-app.ts";

export const KIB = 1024;
export const MIB = 2 ** 20;
export const GIB = 2 ** 30;

export type Given = Readonly<Record<string, OptionValue>>;

/** As an operator would write it: a number for a size is of bytes here, and is given its unit. */
export function written(profile: string, given: Given): Given {
  const rules = findProfile(profile)?.options ?? {};
  const asWritten = ([name, value]: [string, OptionValue]): [string, OptionValue] => [
    name,
    typeof value === "number" && rules[name]?.kind === "size" ? `${value}B` : value,
  ];
  return Object.fromEntries(Object.entries(given).map(asWritten));
}

/** x86-64 with two threads a core, and all of the machine for the app alone. */
export function allot(memoryBytes: number, vcpus: number, change: Partial<Allotment> = {}): Allotment {
  const cores = Math.max(1, Math.floor(vcpus / 2));
  const machine = { memoryBytes, vcpus, disks: null, numaNodes: null, gpus: null };
  const unknown = { network: null, dataDiskBytes: null };
  return { memoryBytes, vcpus, cores, architecture: "x86_64", ...unknown, machine, neighbours: [], ...change };
}

/** Null where the floor does not fit. */
export function tryAlone(profile: string, memoryBytes: number, vcpus: number, given: Given = {}): Settings | null {
  const result = tuneAlone(profile, allot(memoryBytes, vcpus), written(profile, given));
  return result.kind === "tuned" ? result.settings : null;
}

export function alone(profile: string, memoryBytes: number, vcpus: number, given: Given = {}): Settings {
  const settings = tryAlone(profile, memoryBytes, vcpus, given);
  assert.ok(settings, `${profile} does not fit in ${memoryBytes} bytes`);
  return settings;
}

export function texts(settings: Settings, ...names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, settings[name]?.text ?? "absent"]));
}

/** The number of a setting. */
export function numberOf(settings: Settings, name: string): number {
  const value = settings[name]?.value;
  assert.ok(typeof value === "number", `${name} is ${typeof value}`);
  return value;
}
