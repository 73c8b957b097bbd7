// The GPUs of the machine: NVIDIA's and AMD's display controllers on the PCI bus, which lists them without a driver, too.

import type { KernelFiles } from "./kernel-files.ts";

// Vendor and device of each, in one file (drivers/pci/proc.c). Most machines have no GPU: they are done with this one read.
const ALL = "proc/bus/pci/devices";
const MAY_BE_GPU = /^\w+\t(?:10de|1002)/m;

const FOLDER = "sys/bus/pci/devices";
// Class 03 is all that displays: NVIDIA's are VGA or 3D controllers, the Radeon of a g4ad is "other". NVIDIA makes bridges too
// (NVSwitch), and every instance has Amazon's VGA for its console.
const GPU = /^pci:v0000(?:10DE|1002)d.*bc03/;

export function countGpus(files: KernelFiles): number {
  const all = files.read(ALL);
  if (all !== null && !MAY_BE_GPU.test(all)) return 0;
  return files.list(FOLDER).filter((name) => GPU.test(files.read(`${FOLDER}/${name}/modalias`) ?? "")).length;
}
