// By what systemd and the kernel keep an app to its share, where its config says `enforce`: the limits of one unit. Pure.
// An app that takes all of its MemoryMax leaves the others their shares.

import type { AppConfig } from "../config/config.ts";
import { bytes, count } from "./profile/build-setting.ts";
import type { Profile, Setting, Settings } from "./profile/profile.ts";
import { CONTROL, formatSystemdSize, MOST_TASKS, THREAD_BYTES, wholePages } from "./system/systemd-size.ts";

const CGROUP = "linux, Documentation/admin-guide/cgroup-v2.rst";
const QOS = "kubernetes/kubernetes, pkg/kubelet/qos/policy.go";

/** CPUWeight of any unit that sets none. */
const USUAL_WEIGHT = 100;
const MOST_WEIGHT = 10_000;

/** Threads of libraries and of a start that no setting counts. */
const LEAST_TASKS = 128;

/** One more would make a unit's processes that nothing can kill, in its own cgroup either. */
const LEAST_OOM_SCORE = -999;

/** What an app's limits are worked out from. */
export interface LimitedApp {
  readonly app: AppConfig;
  readonly profile: Profile;
  readonly shareBytes: number;
  /** Of what no app could use, this app's part. */
  readonly cacheBytes: number;
  /** What the reserve holds for the kernel, for all apps together. */
  readonly kernelBytes: number;
  /** What the OS reports. */
  readonly machineBytes: number;
  /** The least cpu.weight of the image's apps, and the greatest. */
  readonly lightest: number;
  readonly heaviest: number;
}

/** In the order of a drop-in. */
export function computeLimits(limited: LimitedApp): Settings {
  return {
    MemoryMax: limitMemory(limited),
    ...startSlowing(limited),
    CPUWeight: weighCpu(limited),
    ...adjustOomScore(limited),
    TasksMax: limitTasks(limited),
  };
}

// The settings at their worst fit into the share. Beside them a cgroup is charged with its page cache, which the kernel takes back
// before it kills, and with its sockets, which it does not: 400 clients that do not read took 231 MiB (6.1, tcp_wmem as it is). The reserve
// has that memory for whichever app has the clients, so each may have all of it.
function limitMemory({ app, shareBytes, cacheBytes, kernelBytes }: LimitedApp): Setting {
  const maxBytes = app.memory.maxBytes ?? Infinity;
  const isCapped = cacheBytes > 0 && shareBytes + cacheBytes > maxBytes;
  const ownBytes = isCapped ? Math.max(shareBytes, maxBytes) : shareBytes + cacheBytes;
  const own = isCapped ? { maxBytes: ownBytes } : { shareBytes, ...(cacheBytes > 0 ? { cacheBytes } : {}) };
  const inputs = { ...own, ...(kernelBytes > 0 ? { kernelBytes } : {}) };
  return size(wholePages(ownBytes + kernelBytes), {
    formula: Object.keys(inputs).join(" + "),
    inputs,
    source: `${CONTROL}; ${CGROUP}, memory.max`,
    boundBy: isCapped ? "user" : null,
    ...(kernelBytes > 0
      ? { note: "kernelBytes are the reserve's for sockets, which the kernel charges to the unit" }
      : {}),
  });
}

function startSlowing(limited: LimitedApp): Settings {
  const highPercent = limited.app.enforce?.highPercent ?? null;
  if (highPercent === null) return {};
  const maxBytes = Number(limitMemory(limited).value);
  const high = size(wholePages((maxBytes * highPercent) / 100), {
    formula: "maxBytes * highPercent / 100",
    inputs: { maxBytes, highPercent },
    source: `${CONTROL}; ${CGROUP}, memory.high`,
    boundBy: "user",
  });
  return { MemoryHigh: high };
}

// No app may be lighter than what else runs beside it.
function weighCpu({ app: { cpu }, lightest, heaviest }: LimitedApp): Setting {
  const inputs = { weight: cpu.weight, lightest, heaviest };
  const isWide = (heaviest / lightest) * USUAL_WEIGHT > MOST_WEIGHT;
  const scaled = isWide ? (cpu.weight * MOST_WEIGHT) / heaviest : (cpu.weight * USUAL_WEIGHT) / lightest;
  return count(Math.max(1, Math.round(scaled)), {
    formula: isWide ? "10000 * weight / heaviest" : "100 * weight / lightest",
    inputs,
    source: CONTROL,
    note: "100 is what every unit weighs that sets nothing",
  });
}

/**
 * Takes from a process's score what its share adds, so that an app within its share counts as a small one, and of an app
 * beyond it only what is beyond. Nothing is taken for an app that the machine may leave out.
 */
function adjustOomScore({ app, profile, shareBytes, machineBytes }: LimitedApp): Settings {
  if (profile.keepsOomScore === true) return {};
  if (app.optional) {
    const score = count(0, { formula: "0, as the app is optional", source: QOS });
    return { OOMScoreAdjust: score };
  }
  const score = Math.max(LEAST_OOM_SCORE, -Math.floor((1000 * shareBytes) / machineBytes));
  return {
    OOMScoreAdjust: count(score === 0 ? 0 : score, {
      formula: "max(-1000 * shareBytes / machineBytes, -999)",
      inputs: { shareBytes, machineBytes },
      source: QOS,
      boundBy: score === LEAST_OOM_SCORE ? "floor" : null,
      note: "the kernel's own score is a process's part of the memory in thousandths; takes effect when the unit next starts",
    }),
  };
}

function limitTasks({ shareBytes }: LimitedApp): Setting {
  const tasks = Math.floor(shareBytes / THREAD_BYTES);
  return count(Math.max(LEAST_TASKS, Math.min(tasks, MOST_TASKS)), {
    formula: "clamp(shareBytes / 128 KiB, 128, 4194304)",
    inputs: { shareBytes },
    source: "linux, kernel/fork.c, max_threads",
    boundBy: tasks < LEAST_TASKS ? "floor" : tasks > MOST_TASKS ? "cap" : null,
    note: "what the kernel allows a machine with as much memory as the share",
  });
}

function size(value: number, why: Parameters<typeof bytes>[2]): Setting {
  return bytes(value, formatSystemdSize(value), why);
}
