// Names what expressions of `custom` may know of a machine: of one machine, of every one, and of a sample. Pure.

import { GIB, MIB, TIB } from "../../size.ts";
import { PLENTY_BYTES } from "../profile/degraded.ts";
import type { Allotment } from "../profile/profile.ts";
import type { Fact } from "./custom-evaluate.ts";
import { type Outcome, pointOf, type Range } from "./custom-range.ts";

/** With less than this no app starts, and an expression that divides by the share has something to divide by. */
export const LEAST_BYTES = MIB;

export type MachineNames = Map<string, Outcome | Fact>;

/** Ranges far beyond any machine: what holds within them holds everywhere. */
export function nameEveryMachine(leastBytes: number): MachineNames {
  const cpus: Range = { low: 1, high: 2 ** 20, dimension: "number" };
  return new Map<string, Outcome | Fact>([
    ["memoryBytes", { low: leastBytes, high: 2 ** 50, dimension: "size" }],
    ["vcpus", cpus],
    ["cores", cpus],
    ["machineMemoryBytes", { low: leastBytes, high: 2 ** 50, dimension: "size" }],
    ["machineVcpus", cpus],
    ["diskBytes", { ...DISK, range: { low: 512, high: 2 ** 52, dimension: "size" } }],
    ["gpus", { ...GPUS, range: { low: 0, high: 1024, dimension: "number" } }],
    ["numaNodes", { ...NUMA, range: { low: 1, high: 1024, dimension: "number" } }],
  ]);
}

const DISK = { dimension: "fact", isKnown: null, example: "100GiB" } as const;
const GPUS = { dimension: "fact", isKnown: null, example: "0" } as const;
const NUMA = { dimension: "fact", isKnown: null, example: "1" } as const;

/** Null: unknown. */
interface Values {
  readonly memoryBytes: number;
  readonly vcpus: number;
  readonly cores: number;
  readonly machineMemoryBytes: number;
  readonly machineVcpus: number;
  readonly diskBytes: number | null;
  readonly gpus: number | null;
  readonly numaNodes: number | null;
}

export function nameMachine({ memoryBytes, vcpus, cores, machine }: Allotment): MachineNames {
  const { memoryBytes: machineMemoryBytes, vcpus: machineVcpus, disks, numaNodes, gpus } = machine;
  const diskBytes = disks === null ? null : disks.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return nameValues({ memoryBytes, vcpus, cores, machineMemoryBytes, machineVcpus, diskBytes, gpus, numaNodes });
}

function nameValues(values: Values): MachineNames {
  return new Map<string, Outcome | Fact>([
    ["memoryBytes", pointOf(values.memoryBytes, "size")],
    ["vcpus", pointOf(values.vcpus, "number")],
    ["cores", pointOf(values.cores, "number")],
    ["machineMemoryBytes", pointOf(values.machineMemoryBytes, "size")],
    ["machineVcpus", pointOf(values.machineVcpus, "number")],
    ["diskBytes", factOf(DISK, values.diskBytes, "size")],
    ["gpus", factOf(GPUS, values.gpus, "number")],
    ["numaNodes", factOf(NUMA, values.numaNodes, "number")],
  ]);
}

function factOf(fact: Pick<Fact, "dimension" | "example">, value: number | null, dimension: Range["dimension"]): Fact {
  return { ...fact, isKnown: value !== null, range: pointOf(value ?? 0, dimension) };
}

const NO_FACTS = { diskBytes: null, gpus: null, numaNodes: null };

/** The smallest machine: one CPU, and no facts known. */
export function nameSmallest(memoryBytes: number): MachineNames {
  const machine = { machineMemoryBytes: memoryBytes, machineVcpus: 1 };
  return nameValues({ memoryBytes, vcpus: 1, cores: 1, ...machine, ...NO_FACTS });
}

const SAMPLED_VCPUS = [1, 2, 8, 64, 1024];
const SAMPLED_FACTS = [
  NO_FACTS,
  { diskBytes: 8 * GIB, gpus: 0, numaNodes: 1 },
  { diskBytes: 16 * TIB, gpus: 16, numaNodes: 8 },
];

/** Machines that give the app this share, up to sizes that no instance has; they differ only in the names in `used`. */
export function nameSamples(memoryBytes: number, used: ReadonlySet<string>): readonly MachineNames[] {
  const some = <T>(values: readonly T[], ...names: readonly string[]): readonly T[] =>
    names.some((name) => used.has(name)) ? values : values.slice(0, 1);
  const samples = some(SAMPLED_VCPUS, "vcpus", "cores", "machineVcpus").flatMap((vcpus) => [
    // The app has a whole machine, or a part of a large one with two threads a core.
    { vcpus, cores: vcpus, machineVcpus: vcpus, machineMemoryBytes: memoryBytes },
    { vcpus, cores: Math.ceil(vcpus / 2), machineVcpus: 1024, machineMemoryBytes: PLENTY_BYTES },
  ]);
  return some(SAMPLED_FACTS, "diskBytes", "gpus", "numaNodes").flatMap((facts) =>
    some(samples, "vcpus", "cores", "machineVcpus", "machineMemoryBytes").map((sample) =>
      nameValues({ memoryBytes, ...sample, ...facts }),
    ),
  );
}
