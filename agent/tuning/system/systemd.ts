// Limits any unit or slice, so that an app without a profile gets its share and no more.

import { MIB, TIB } from "../../size.ts";
import { bytes, count, fromOption, type Reason, text } from "../profile/build-setting.ts";
import type { Allotment, OptionRules, Options, Profile, Setting, Settings } from "../profile/profile.ts";
import { booleanOption, numberOption, optionalNumber, textOption } from "../profile/read-option.ts";
import { CONTROL, formatSystemdSize, MOST_TASKS, THREAD_BYTES, wholePages } from "./systemd-size.ts";

/** With less, the kernel kills a service while it starts. */
const LEAST_BYTES = 16 * MIB;

/** Of the threads that the kernel allows a machine with so much memory, what systemd allows a unit. */
const TASKS_PERCENT = 15;
const LEAST_TASKS = 16;

const OPTIONS = {
  section: {
    kind: "choice",
    default: "Service",
    choices: ["Service", "Slice", "Scope"],
    about: "section of the drop-in in conf",
  },
  // systemd's manual calls it the main control: above it the kernel slows the unit down and reclaims memory. MemoryMax
  // kills.
  highPercent: { kind: "integer", default: 90, min: 50, max: 100, about: "MemoryHigh as a part of MemoryMax" },
  swap: { kind: "size", default: null, min: 0, max: 32 * TIB, about: "MemorySwapMax; not set if not given" },
  cpuWeight: { kind: "integer", default: 100, min: 1, max: 10_000, about: "CPUWeight" },
  cpuQuota: { kind: "boolean", default: false, about: "CPUQuota as well: never more than the app's CPUs" },
  tasks: { kind: "integer", default: null, min: 1, max: MOST_TASKS, about: "TasksMax; by the memory if not given" },
} satisfies OptionRules;

export const systemd: Profile = {
  name: "systemd",
  about: "limits around any unit or slice",
  options: OPTIONS,
  takesMemory: true,
  notEnforced: "its own file limits the unit already",
  // The machine may be there for an app without a profile.
  usualWeight: 1,
  useful: () => ({}),
  ladder: [],
  toShrink: "lower memory.min of the app",
  floorBytes: () => LEAST_BYTES,
  capBytes: () => Infinity,
  tune(allotment, options) {
    const settings = {
      ...tuneMemory(allotment, options),
      ...tuneCpu(allotment, options),
      TasksMax: tuneTasks(allotment, options),
    };
    const section = textOption(options, "section");
    return { section: tuneSection(section), ...settings, conf: joinLines(settings, section) };
  },
};

function tuneSection(section: string): Setting {
  const boundBy = section === OPTIONS.section.default ? null : "user";
  return text(section, { ...fromOption("section", section), boundBy });
}

function tuneMemory({ memoryBytes }: Allotment, options: Options): Settings {
  const maxBytes = wholePages(memoryBytes);
  const highPercent = numberOption(options, "highPercent");
  const highBytes = wholePages((maxBytes * highPercent) / 100);
  const swapBytes = optionalNumber(options, "swap");
  return {
    MemoryHigh: size(highBytes, {
      formula: "maxBytes * highPercent / 100",
      inputs: { maxBytes, highPercent },
      source: CONTROL,
      boundBy: highPercent === OPTIONS.highPercent.default ? null : "user",
    }),
    MemoryMax: size(maxBytes, { formula: "memoryBytes", inputs: { memoryBytes }, source: CONTROL }),
    ...(swapBytes === null ? {} : { MemorySwapMax: size(swapBytes, fromOption("swapBytes", swapBytes)) }),
  };
}

function tuneCpu({ vcpus }: Allotment, options: Options): Settings {
  const cpuWeight = numberOption(options, "cpuWeight");
  const weight = count(cpuWeight, {
    ...fromOption("cpuWeight", cpuWeight),
    boundBy: cpuWeight === OPTIONS.cpuWeight.default ? null : "user",
  });
  if (!booleanOption(options, "cpuQuota")) return { CPUWeight: weight };
  const quota = text(`${vcpus * 100}%`, { formula: "vcpus * 100 %, of one CPU", inputs: { vcpus }, source: CONTROL });
  return { CPUWeight: weight, CPUQuota: quota };
}

function tuneTasks({ memoryBytes }: Allotment, options: Options): Setting {
  const given = optionalNumber(options, "tasks");
  if (given !== null) return count(given, fromOption("tasks", given));
  const tasks = Math.floor((memoryBytes / THREAD_BYTES) * (TASKS_PERCENT / 100));
  return count(Math.max(LEAST_TASKS, Math.min(tasks, MOST_TASKS)), {
    formula: "clamp(memoryBytes / 128 KiB * 15%, 16, 4194304)",
    inputs: { memoryBytes },
    source: "linux, kernel/fork.c, max_threads; systemd, DefaultTasksMax",
    boundBy: tasks < LEAST_TASKS ? "floor" : tasks > MOST_TASKS ? "cap" : null,
    note: "systemd allows every unit 15 % of the whole machine's threads; here it is 15 % of the app's share",
  });
}

function joinLines(settings: Settings, section: string): Setting {
  const lines = Object.entries(settings).map(([name, setting]) => `${name}=${setting.text}`);
  return text([`[${section}]`, ...lines].join("\n"), {
    formula: "all of the above as a drop-in",
    source: "systemd.unit(5)",
  });
}

function size(value: number, why: Reason): Setting {
  return bytes(value, formatSystemdSize(value), why);
}
