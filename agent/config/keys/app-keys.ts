// `apps.<name>` and `reserve` of the config. Pure.

import { LIMITABLE } from "../../names/unit-name.ts";
import { SHARE } from "../../size.ts";
import type { KeyRules } from "./rule.ts";
import { BOOLEAN, SIZE_VALUE } from "./values.ts";

const MEMORY_KEYS = {
  weight: {
    about:
      "Its part of what the floors leave, beside the weights of the others. Default: the profile's, 1 or less for an app that serves others.",
    // Below 1 too: beside the usual weight of most profiles, that is an app that helps another.
    value: { kind: "number", least: 0.01, most: 10_000 },
    examples: [3],
  },
  min: {
    about: "Its floor: the app gets at least this, or the run is refused. Default: what its profile needs.",
    value: SIZE_VALUE,
    examples: ["512MiB"],
  },
  max: {
    about: "Its cap. Default: the profile's, or none.",
    value: SIZE_VALUE,
    examples: ["31GiB"],
  },
} as const satisfies KeyRules;

const CPU_KEYS = {
  weight: {
    about: "Every app counts on all CPUs; one with less weight than others, on its part.",
    // The range of systemd's CPUWeight, which it becomes.
    value: { kind: "number", least: 1, most: 10_000 },
    default: 1,
  },
} as const satisfies KeyRules;

/** Below half of its share an app would be slowed down for what it was promised. */
const HIGH = /^[5-9]\d(?:\.\d{1,16})?%$/;

export const ENFORCE_KEYS = {
  unit: {
    about: "The service or the slice. Default: the one that the app's files name in onChange.",
    value: { kind: "text", pattern: LIMITABLE },
    examples: ["api.service"],
  },
  memoryHigh: {
    about: "From which part of its limit on it is slowed down: a percentage, 50 or more. Default: from none.",
    value: { kind: "text", pattern: HIGH },
    examples: ["90%"],
  },
} as const satisfies KeyRules;

/** Far more than any machine has. */
export const MOST_APPS = 1000;

export const APP_KEYS = {
  profile: {
    about: "Which app it is. `parbake tune PROFILE` prints what a profile sets.",
    value: { kind: "profile" },
    examples: ["postgresql", "nginx", "jvm"],
    missing: "Say which app it is: `profile: postgresql`. `parbake profiles` lists the profiles.",
  },
  memory: { about: "Its share of the memory.", value: { kind: "mapping", keys: MEMORY_KEYS } },
  cpu: { about: "Its share of the CPUs.", value: { kind: "mapping", keys: CPU_KEYS } },
  optional: {
    about: "Left out where the floors of all apps do not fit on the machine; the last one first.",
    value: BOOLEAN,
    default: false,
  },
  enforce: {
    about:
      "Whether systemd and the kernel keep it to its share: true for the unit that its files name in onChange, else the unit.",
    value: {
      kind: "either",
      of: [BOOLEAN, { kind: "text", pattern: LIMITABLE }, { kind: "mapping", keys: ENFORCE_KEYS }],
    },
    default: false,
    examples: [true, "postgresql@16-main.service"],
  },
  options: { about: "What the profile wants to know of this app.", value: { kind: "options" } },
} as const satisfies KeyRules;

export const SHARE_KEYS = {
  share: {
    about: "A percentage, below 100, of the memory that the OS reports.",
    value: { kind: "text", pattern: SHARE },
    default: "5%",
  },
  min: { about: "It is never less than this.", value: SIZE_VALUE, default: "256MiB" },
  max: { about: "It is never more than this.", value: SIZE_VALUE, examples: ["4GiB"] },
} as const satisfies KeyRules;

export const RESERVE_KEYS = {
  memory: {
    about: "A size, or a share of the memory. Default: a fixed part, and ever smaller shares of ever more memory.",
    value: { kind: "either", of: [SIZE_VALUE, { kind: "mapping", keys: SHARE_KEYS }] },
    examples: ["512MiB", { share: "5%", min: "256MiB" }],
  },
} as const satisfies KeyRules;
