// Tunes the agent of Amazon ECS: the memory that it must not give to tasks, because it is the system's or another app's.

import { formatBytes, MIB, TIB } from "../../size.ts";
import { byGiven, bytes } from "../profile/build-setting.ts";
import type { Allotment, LeastMachine, OptionRules, Options, Profile, Setting } from "../profile/profile.ts";
import { optionalNumber } from "../profile/read-option.ts";

const RESERVING = "docs.aws.amazon.com, AmazonECS, memory-management: ECS_RESERVED_MEMORY";

/** docs.aws.amazon.com, Batch, ecs-reserved-memory: 32 MiB in its image, and 5 % advised, for agent, Docker and the system. */
const LEAST_KEPT_BYTES = 32 * MIB;
const KEPT_PERCENT = 5;

/** What is kept of the least share, and a small task. */
const LEAST_BYTES = 128 * MIB;

/** The agent reads a number of 16 bits (amazon-ecs-agent, agent/config, uint16). */
const MOST_RESERVED_MIB = 65_535;

const OPTIONS = {
  reserved: {
    kind: "size",
    default: null,
    min: 0,
    max: TIB,
    about: "ECS_RESERVED_MEMORY; what the other apps and the system have, and 5 % at least, if not given",
  },
} satisfies OptionRules;

export const ecsAgent: Profile = {
  name: "ecs-agent",
  about: "an instance of Amazon ECS: the agent and its tasks together",
  options: OPTIONS,
  takesMemory: true,
  notEnforced: "its tasks are containers, outside of the agent's own unit",
  // The instance is there for its tasks.
  usualWeight: 1,
  useful: () => ({}),
  ladder: [],
  toShrink: "run fewer tasks",
  floorBytes: () => LEAST_BYTES,
  leastMachine,
  capBytes: () => Infinity,
  tune(allotment, options) {
    return { ECS_RESERVED_MEMORY: tuneReserved(allotment, options) };
  },
};

// What is reserved is the other apps' and the system's, so it is no part of the share, which is the tasks'.
function leastMachine(options: Options): LeastMachine | null {
  const reserved = optionalNumber(options, "reserved");
  if (reserved === null) return null;
  return {
    memoryBytes: reserved + LEAST_BYTES - LEAST_KEPT_BYTES,
    because: `reserved keeps ${formatBytes(reserved)} from its tasks`,
    instead: "lower the option reserved",
  };
}

/** The agent gives tasks all of the machine that is not reserved, and knows of no other app. */
function tuneReserved({ machine, memoryBytes, neighbours }: Allotment, options: Options): Setting {
  const given = optionalNumber(options, "reserved");
  if (given !== null) return mebibytes(Math.ceil(given / MIB), byGiven("reserved", given, RESERVING));
  const neighbourBytes = neighbours.reduce((sum, neighbour) => sum + neighbour.memoryBytes, 0);
  // What no app has: the reserve, and what is left over.
  const systemBytes = machine.memoryBytes - memoryBytes - neighbourBytes;
  const keptBytes = Math.max(systemBytes, LEAST_KEPT_BYTES, ((memoryBytes + systemBytes) * KEPT_PERCENT) / 100);
  const wantedMib = Math.ceil((neighbourBytes + keptBytes) / MIB);
  return mebibytes(Math.min(wantedMib, MOST_RESERVED_MIB), {
    formula:
      "min(neighbourBytes + max(systemBytes, leastBytes, (memoryBytes + systemBytes) * keptPercent / 100), 65535 MiB)",
    inputs: { neighbourBytes, systemBytes, leastBytes: LEAST_KEPT_BYTES, memoryBytes, keptPercent: KEPT_PERCENT },
    source: RESERVING,
    ...(wantedMib > MOST_RESERVED_MIB
      ? { boundBy: "cap", note: "the agent reads no larger number: define tasks that fit beside the other apps" }
      : {}),
  });
}

function mebibytes(mib: number, reason: Parameters<typeof bytes>[2]): Setting {
  return bytes(mib * MIB, String(mib), reason);
}
