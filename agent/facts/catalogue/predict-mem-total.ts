// How much of an instance type's advertised memory the OS will see. Pure; errs towards too little memory, never too much.

import { familyOf } from "../../names/instance-size.ts";
import type { CatalogueRow } from "./catalogue-table.ts";

const MIB = 1024 * 1024;

/** Memory that the OS never sees: `fixedMiB` and a share of what is advertised. */
interface Loss {
  readonly fixedMiB: number;
  readonly share: number;
}

/**
 * What is lost on Nitro, by families whose hosts keep alike. 1.6 % is the kernel's own, its page table of pages (64 of every
 * 4096 bytes); the rest of the share and the fixed megabytes are the hypervisor's and the firmware's. Each line covers every
 * measured type of its families, with 0.19 % or more to spare: Karpenter's table of node capacity (2023, some 650 types) and
 * Spare Cores' sc-inspector-data (Ubuntu 24.04, 2024 to 2026, some 1,180 types). A crash kernel's reservation comes on top.
 */
const NITRO: readonly (readonly [families: string, Loss])[] = [
  ["u-3tb1 u-6tb1 u-9tb1 u-12tb1 u-18tb1 u-24tb1 u7i-6tb x8aedz", { fixedMiB: 90, share: 0.023 }],
  ["f2 g7e p5 t3a x2idn x2iedn", { fixedMiB: 90, share: 0.027 }],
  ["c5a c5ad dl1 dl2q g5 i4g p3dn p4d r6g r6gd t3 t4g x2gd x2iezn", { fixedMiB: 90, share: 0.0305 }],
  // Up to 110 MiB more on some of the first Nitro hosts.
  ["d3 d3en g4dn i3en m5dn m5n r5 r5a r5ad r5b r5d r5dn r5n z1d", { fixedMiB: 200, share: 0.03 }],
  [
    "c6i c6id c6in c7i c7i-flex c8i c8i-flex c8ib c8id g6e hpc6id hpc8a i4i i7i i7ie m6i m6id m6idn m6in m7i m7i-flex " +
      "m8i m8i-flex m8id r6i r6id r6idn r6in r7i r7iz r8i r8i-flex r8id trn1 trn1n x8i",
    { fixedMiB: 90, share: 0.035 },
  ],
  [
    "c6g c6gd c6gn c7g c7gd c7gn c8a c8g c8gb c8gd c8gn g5g hpc7g i8g i8ge im4gn is4gen m7g m7gd m8a m8azn m8g m8gb m8gd " +
      "m8gn r7g r7gd r8a r8g r8gb r8gd r8gn x8g",
    { fixedMiB: 90, share: 0.0375 },
  ],
  ["m9g m9gd", { fixedMiB: 120, share: 0.0375 }],
  ["c6a c7a hpc6a hpc7a inf1 inf2 m6a m6g m6gd m7a r6a r7a", { fixedMiB: 90, share: 0.0405 }],
  ["c5n m5 m5a m5ad m5d m5zn", { fixedMiB: 200, share: 0.0405 }],
  ["c5 c5d", { fixedMiB: 200, share: 0.0465 }],
  ["a1 g6 g6f gr6 gr6f", { fixedMiB: 90, share: 0.0555 }],
  // Beside AMD's GPU and Xilinx' transcoder the firmware keeps most.
  ["g4ad", { fixedMiB: 660, share: 0.0265 }],
  ["vt1", { fixedMiB: 930, share: 0.0465 }],
];

const BY_FAMILY: ReadonlyMap<string, Loss> = new Map(
  NITRO.flatMap(([families, loss]) => families.split(" ").map((family) => [family, loss] as const)),
);

/** The kernel's bounce buffers (IO_TLB_DEFAULT_SIZE of include/linux/swiotlb.h), where memory lies above 4 GiB. */
const SWIOTLB_MIB = 64;

/** From which size on it does, as measured: x86 keeps the addresses below 4 GiB for devices, Graviton's memory starts higher. */
const LEAST_WITH_SWIOTLB_MIB: Readonly<Record<string, number>> = { arm64: 2048, x86_64: 4096 };

type Kind = CatalogueRow["hypervisor"] | "young nitro" | "nitro with accelerators";

/**
 * Bounds over all measured types of a kind, the worst hosts included: for Xen and metal, which differ little, and for a Nitro
 * family that nobody has measured. The smallest loss of a line's list counts, so that each serves its sizes.
 */
const BOUNDS: Readonly<Record<Kind, readonly Loss[]>> = {
  // The tightest: m6g.4xlarge.
  "young nitro": [
    { fixedMiB: 50, share: 0.102 },
    { fixedMiB: 184, share: 0.0405 },
  ],
  // t4g.nano, c5.large, c5.18xlarge.
  nitro: [
    { fixedMiB: 50, share: 0.102 },
    { fixedMiB: 180, share: 0.056 },
    { fixedMiB: 700, share: 0.041 },
  ],
  // g6f.large, vt1.3xlarge, g6.48xlarge.
  "nitro with accelerators": [
    { fixedMiB: 50, share: 0.102 },
    { fixedMiB: 700, share: 0.056 },
  ],
  // t1.micro, t2.medium, m2.2xlarge.
  xen: [
    { fixedMiB: 66, share: 0.034 },
    { fixedMiB: 170, share: 0.018 },
  ],
  // c8a.metal-24xl.
  metal: [{ fixedMiB: 0, share: 0.024 }],
};

/** A whole number of MiB, at or below the MemTotal of every measured instance of the type. */
export function predictMemTotalBytes(row: CatalogueRow): number {
  const advertisedMiB = row.memoryBytes / MIB;
  return Math.floor(advertisedMiB - lostMiB(row, advertisedMiB)) * MIB;
}

function lostMiB(row: CatalogueRow, advertisedMiB: number): number {
  const lose = ({ fixedMiB, share }: Loss): number => fixedMiB + share * advertisedMiB;
  const measured = row.hypervisor === "nitro" ? BY_FAMILY.get(familyOf(row.type)) : undefined;
  return measured ? lose(measured) + swiotlbMiB(row, advertisedMiB) : Math.min(...BOUNDS[kindOf(row)].map(lose));
}

function swiotlbMiB({ architecture }: CatalogueRow, advertisedMiB: number): number {
  return advertisedMiB >= (LEAST_WITH_SWIOTLB_MIB[architecture] ?? 0) ? SWIOTLB_MIB : 0;
}

function kindOf(row: CatalogueRow): Kind {
  if (row.hypervisor !== "nitro") return row.hypervisor;
  if (row.gpus + row.accelerators > 0) return "nitro with accelerators";
  return generationOf(row) >= FIRST_YOUNG ? "young nitro" : "nitro";
}

/** Of m6g, m6i and m6a: without accelerators no host since keeps more than an m6g's. */
const FIRST_YOUNG = 6;

function generationOf({ type }: CatalogueRow): number {
  return Number(/\d+/.exec(type)?.[0]);
}
