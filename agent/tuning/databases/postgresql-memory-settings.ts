// PostgreSQL's memory and worker settings from its divided share: pgtune's formulas, and what bound each.

import { GIB, KIB, TIB } from "../../size.ts";
import { bytes, count, text, type Reason } from "../profile/build-setting.ts";
import type { Inputs, Setting, Settings } from "../profile/profile.ts";
import { LEAST_WORKERS, PARALLEL_VCPUS, type PostgresMemory } from "./postgresql-memory.ts";
import { formatPostgresSize, type DataSize, type Workload } from "./postgresql-workload.ts";

export const PGTUNE = "le0pard/pgtune, configurationSlice.js";

/** What the formulas name besides the divided share. */
export interface PostgresKind {
  readonly memoryBytes: number;
  readonly vcpus: number;
  readonly workload: Workload;
  readonly dataSize: DataSize;
  /** What other apps of the machine set aside. */
  readonly hugePagesBytes: number;
}

export function tuneMemory(memory: PostgresMemory, kind: PostgresKind): Settings {
  const { memoryBytes, workload, hugePagesBytes } = kind;
  const inputs = { memoryBytes };
  const sharedBuffersBytes = memory.sharedBuffersKb * KIB;
  const shared = { sharedBuffersBytes };
  return {
    shared_buffers: kilobytes(memory.sharedBuffersKb, reason(`memoryBytes / ${workload.sharedBuffersDivisor}`, inputs)),
    effective_cache_size: tuneCache(memory, kind),
    maintenance_work_mem: kilobytes(
      memory.maintenanceKb,
      capped(reason(`min(memoryBytes / ${workload.maintenanceDivisor}, 8 GiB)`, inputs), memory.maintenanceKb, 8 * GIB),
    ),
    autovacuum_work_mem: tuneAutovacuum(memory),
    wal_buffers: kilobytes(
      memory.walBuffersKb,
      reason("sharedBuffersBytes * 3% > 14 MiB ? 16 MiB : max(sharedBuffersBytes * 3%, 32 KiB)", shared),
    ),
    work_mem: tuneWorkMem(memory, kind),
    // With `try` the server also starts without huge pages; with `on` it would not. Nothing else can use pages that are set
    // aside.
    huge_pages: text(
      sharedBuffersBytes >= 2 * GIB || hugePagesBytes > 0 ? "try" : "off",
      reason("off if sharedBuffersBytes < 2 GiB and hugePagesBytes < 1, else try", { ...shared, hugePagesBytes }),
    ),
  };
}

function tuneCache({ effectiveCacheKb }: PostgresMemory, { memoryBytes, workload }: PostgresKind): Setting {
  const part = `memoryBytes * ${workload.cacheShare * 100}%`;
  const isCapped = memoryBytes * workload.cacheShare >= 16 * TIB;
  const why = reason(isCapped ? `min(${part}, 16 TiB)` : part, { memoryBytes });
  return kilobytes(effectiveCacheKb, { ...why, boundBy: isCapped ? "cap" : null });
}

function tuneAutovacuum({ vacuum, maintenanceKb }: PostgresMemory): Setting {
  const maintenanceBytes = maintenanceKb * KIB;
  if (vacuum.kb < Math.min(maintenanceKb, (2 * GIB) / KIB))
    return kilobytes(vacuum.kb, {
      ...reason("vacuumBytes / 3", { vacuumBytes: Math.floor(vacuum.allKb * KIB) }),
      boundBy: "share",
      note: "pgtune's would not fit in every worker",
    });
  return kilobytes(vacuum.kb, {
    ...capped(reason("min(maintenanceBytes, 2 GiB)", { maintenanceBytes }), vacuum.kb, 2 * GIB),
    ...(maintenanceBytes < 2 * GIB ? { note: "pgtune leaves it unset, which means the same" } : {}),
  });
}

/** pgtune's worker processes, by the memory. */
const WORKERS = `max(${LEAST_WORKERS}, memoryBytes / 4 GiB)`;

function tuneWorkMem({ workMem, connections, roomKb }: PostgresMemory, kind: PostgresKind): Setting {
  const { memoryBytes, workload, dataSize } = kind;
  if (Math.floor(workMem.exactKb) < workMem.wantedKb) {
    const bearable = `roomBytes / (connections + ${WORKERS}) - 1 MiB`;
    return kilobytes(workMem.kb, {
      ...reason(workMem.isShort ? `min(${bearable}, 4 MiB)` : bearable, {
        roomBytes: roomKb * KIB,
        connections,
        memoryBytes,
      }),
      boundBy: "share",
      note: WORK_MEM_NOTE,
    });
  }
  const half = workload.workMemDivisor === 1 ? "" : ` / ${workload.workMemDivisor}`;
  const factor = dataSize.workMemTenths === 10 ? "" : ` * ${dataSize.workMemTenths * 10}%`;
  const rest = `memoryBytes * (1 - 1 / ${workload.sharedBuffersDivisor})`;
  const perNode = `${rest} / ((connections + ${WORKERS}) * 3)${half}${factor}`;
  return kilobytes(workMem.kb, {
    ...reason(`max(${perNode}, 4 MiB)`, { memoryBytes, connections }),
    boundBy: workMem.formulaKb < workMem.wantedKb ? "floor" : null,
    ...(memoryBytes > LEAST_WORKERS * 4 * GIB ? { note: WORKERS_NOTE } : {}),
  });
}

const WORK_MEM_NOTE = "pgtune's would not fit with every connection and worker at its limit at once";
const WORKERS_NOTE = "pgtune counts CPUs, not GiB: each further CPU would take memory from every query";

export function tuneWorkers(
  memory: PostgresMemory,
  { memoryBytes, vcpus, workload: { scans } }: PostgresKind,
): Settings {
  const half = Math.ceil(Math.max(vcpus, PARALLEL_VCPUS) / 2);
  const workers = Math.min(Math.max(vcpus, PARALLEL_VCPUS), memory.bearableWorkers);
  const perGather = Math.min(scans ? half : Math.min(4, half), workers);
  const processes = boundWorkers(memory, memoryBytes, vcpus);
  const upToFour = reason("min(ceil(max(vcpus, 4) / 2), 4)", { vcpus });
  return {
    max_worker_processes: count(workers, processes),
    max_parallel_workers: count(workers, processes),
    max_parallel_workers_per_gather: count(perGather, scans ? boundGather(vcpus, workers, half) : upToFour),
    max_parallel_maintenance_workers: count(Math.min(4, half), upToFour),
    autovacuum_max_workers: tuneVacuumWorkers(memory, vcpus),
  };
}

// Fewer than 4 CPUs get what 4 get, where pgtune leaves 8 processes: with its rule a fourth CPU would take workers away.
function boundWorkers(
  { workMem, connections, workersRoomKb, bearableWorkers }: PostgresMemory,
  memoryBytes: number,
  vcpus: number,
) {
  const byCpus = reason("max(vcpus, 4)", { vcpus });
  if (vcpus < PARALLEL_VCPUS)
    return {
      ...byCpus,
      boundBy: "floor" as const,
      note: "pgtune leaves PostgreSQL's 8, and a fourth CPU would take workers away",
    };
  if (vcpus <= bearableWorkers) return byCpus;
  // A backend takes its work_mem before rounding, and 1 MiB of its own.
  const backendBytes = Math.ceil((workMem.exactKb + 1024) * KIB);
  const inputs = { roomBytes: workersRoomKb * KIB, backendBytes, connections, memoryBytes };
  return {
    ...reason(`max(roomBytes / backendBytes - connections, ${LEAST_WORKERS}, memoryBytes / 4 GiB)`, inputs),
    boundBy: "share" as const,
    note: "a worker for each CPU would not fit with what each query may have",
  };
}

function boundGather(vcpus: number, workers: number, half: number): Reason {
  const byCpus = reason("ceil(max(vcpus, 4) / 2)", { vcpus });
  if (half <= workers) return byCpus;
  return { ...reason("workers", { workers }), boundBy: "share", note: "no more than there are workers" };
}

/** PostgreSQL's default, and pgtune's two steps above it. */
function tuneVacuumWorkers({ vacuum }: PostgresMemory, vcpus: number): Setting {
  const byCpus = vcpus >= 32 ? 5 : vcpus >= 16 ? 4 : 3;
  const why = reason("vcpus < 16 ? 3 : vcpus < 32 ? 4 : 5", { vcpus });
  if (byCpus <= vacuum.bearableWorkers) return count(byCpus, why);
  const inputs = { vacuumBytes: Math.floor(vacuum.allKb * KIB), eachBytes: Math.ceil(vacuum.exactKb * KIB) };
  return count(vacuum.bearableWorkers, {
    ...reason("max(vacuumBytes / eachBytes, 3)", inputs),
    boundBy: "share",
    note: "one more would take memory from each, or from the connections",
  });
}

export function reason(formula: string, inputs: Inputs = {}): Reason {
  return { formula, inputs, source: PGTUNE };
}

function capped(why: Reason, kb: number, capBytes: number): Reason {
  return kb * KIB >= capBytes ? { ...why, boundBy: "cap" } : why;
}

function kilobytes(kb: number, why: Reason): Setting {
  return bytes(kb * KIB, formatPostgresSize(kb * KIB), why);
}
