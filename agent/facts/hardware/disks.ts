// The disks of the machine, as /sys/block lists them: only those that are hardware.

import type { KernelFiles } from "./kernel-files.ts";

// Made of memory, of files or of other disks, or without a medium of their own.
const NOT_A_DISK = /^(loop|ram|zram|dm-|md|nbd|sr|fd|mtdblock)/;

// /sys counts in sectors of 512 bytes whatever the disk's own sector is (Documentation/ABI/stable/sysfs-block).
const SECTOR_BYTES = 512;

export function readDisks(files: KernelFiles): Disk[] {
  const names = files.list("sys/block").filter((name) => !NOT_A_DISK.test(name));
  return names.map((name) => readDisk(files, name)).filter((disk) => disk.sizeBytes > 0);
}

function readDisk(files: KernelFiles, name: string): Disk {
  const sectors = files.read(`sys/block/${name}/size`) ?? "0";
  return {
    name,
    sizeBytes: /^\d+$/.test(sectors) ? Number(sectors) * SECTOR_BYTES : 0,
    rotational: files.read(`sys/block/${name}/queue/rotational`) === "1",
    nvme: name.startsWith("nvme"),
  };
}

export interface Disk {
  readonly name: string;
  readonly sizeBytes: number;
  readonly rotational: boolean;
  readonly nvme: boolean;
}
