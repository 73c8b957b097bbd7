// The most that a boot may ask of the kernel and of the network: counts, which do not depend on how fast the machine is. Each is
// what was measured when it was last set, and a small margin. Lower them when the boot gets cheaper, so that it stays so.

export interface JobBudget {
  /**
   * Those of a single run differ by two or three (a thread that wakes another). The margin is 15 %: a machine with more CPUs,
   * disks or levels of cgroups has more files to read. Waiting and memory (futex, mmap, …) are left out: they vary by chance.
   */
  readonly systemCalls: number;
  /** Runs differ by 0.1 % (small) and 1 % (big: when V8 collects is chance), the median by less. The margin is 15 %, for another kernel and C library. */
  readonly minorFaults: number;
  /** These never vary. */
  readonly imdsRequests: number;
  readonly awsRequests: number;
  /** To IMDS and AWS: each to AWS is a TLS handshake. */
  readonly connections: number;
}

export const JOB_BUDGETS: Readonly<Record<"small" | "big", JobBudget>> = {
  // One secret, two files. Measured: 1447 system calls, 6838 faults.
  small: { systemCalls: 1670, minorFaults: 7_900, imdsRequests: 5, awsRequests: 1, connections: 3 },
  // Ten secrets, twelve files. Measured: 2523 system calls, 8856 faults.
  big: { systemCalls: 2900, minorFaults: 10_200, imdsRequests: 5, awsRequests: 10, connections: 12 },
};

/** A first boot's small job, with read-ahead as on EC2. Runs differ by two faults, and the bytes hardly. The margin is 10 %. */
export const COLD_BUDGET = {
  // Measured: 41.32 MB.
  bytesRead: 45_500_000,
  // Measured: 493.
  majorFaults: 543,
};

/** Measured: 114,821,120. The margin is 1 %: a release of a package of ours. */
export const BINARY_BYTES_BUDGET = 116_000_000;
