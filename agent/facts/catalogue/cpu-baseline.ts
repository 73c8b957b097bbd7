// What a burstable instance type may use of its CPUs without end; beyond that it spends credits, or money in unlimited mode. Pure.

import { splitType } from "../../names/instance-size.ts";

/**
 * Percent of each vCPU: credits earned in an hour / vCPUs / 60 minutes, as the EC2 User Guide tables it ("Key concepts for
 * burstable performance instances"). T3, T3a, T4g and T8i of a size have the same.
 */
const BY_SIZE: Readonly<Record<string, number>> = {
  nano: 5,
  micro: 10,
  small: 20,
  medium: 20,
  large: 30,
  xlarge: 40,
  "2xlarge": 40,
};
/** T2, where it differs. */
const T2: Readonly<Record<string, number>> = { xlarge: 22.5, "2xlarge": 17 };

const FAMILIES = new Set(["t2", "t3", "t3a", "t4g", "t8i"]);

export const CPU_BASELINE_SOURCE = "EC2 User Guide, burstable performance instances";

/** Null: a type whose CPUs are all its own, or that this table does not know. */
export function cpuBaselinePercent(type: string): number | null {
  const [family, size] = splitType(type);
  if (!FAMILIES.has(family)) return null;
  return (family === "t2" ? T2[size] : undefined) ?? BY_SIZE[size] ?? null;
}
