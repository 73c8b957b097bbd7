// Counts the huge pages to reserve at boot, for a size or for a part of the app's share.

import { GIB, KIB, MIB, TIB } from "../../size.ts";
import { bytes, count, fromOption, text } from "../profile/build-setting.ts";
import type { Neighbour, OptionRules, Options, Profile, Setting } from "../profile/profile.ts";
import { choiceOption, numberOption, optionalNumber, textOption } from "../profile/read-option.ts";

const HUGETLB = "linux, Documentation/admin-guide/mm/hugetlbpage.rst";

const PAGE_BYTES = { "2MiB": 2 * MIB, "1GiB": GIB };

const OPTIONS = {
  size: { kind: "size", default: null, min: 1, max: 32 * TIB, about: "memory in huge pages; by percent if not given" },
  percent: { kind: "integer", default: 100, min: 1, max: 100, about: "part of the app's share in huge pages" },
  // 1 GiB pages are hard to come by once memory is in use: better reserve them on the kernel's command line, in the bake.
  pageSize: { kind: "choice", default: "2MiB", choices: Object.keys(PAGE_BYTES), about: "size of a page" },
  group: { kind: "integer", default: null, min: 0, max: 2 ** 32 - 2, about: "gid that may use them by shmget" },
} satisfies OptionRules;

export const hugepages: Profile = {
  name: "hugepages",
  about: "memory set aside in huge pages, which nothing else can use",
  options: OPTIONS,
  takesMemory: true,
  notEnforced: "the kernel sets its pages aside, and they count as no unit's",
  // Beside a PostgreSQL of weight 1 the pages hold the server's shared memory: a quarter of its share as shared_buffers, and
  // 8 % for the rest, of which PostgreSQL 15 wants 2 to 4. Where the pages are too few, `huge_pages = try` takes none of
  // them.
  usualWeight: 0.27,
  useful: () => ({}),
  ladder: [],
  toShrink: "lower the option size",
  floorBytes: (options) => neededBytes(options) ?? Math.ceil((pageBytes(options) * 100) / percentOf(options)),
  // A given size is all that the app takes.
  capBytes: (options) => neededBytes(options) ?? Infinity,
  tune({ memoryBytes }, options) {
    const pages = tunePages(memoryBytes, options);
    const reservedBytes = setAsideBytes(memoryBytes, options);
    const key = templateName(options);
    const group = optionalNumber(options, "group");
    return {
      [key]: pages,
      ...(group === null ? {} : { vm_hugetlb_shm_group: count(group, fromOption("group", group)) }),
      size: bytes(reservedBytes, String(reservedBytes), {
        formula: `${key} * pageBytes`,
        inputs: { [key]: Number(pages.value), pageBytes: pageBytes(options) },
        source: HUGETLB,
        boundBy: pages.boundBy,
      }),
      conf: writeConf(Number(pages.value), group, options),
    };
  },
};

/** What nothing else can use: whole pages. */
function setAsideBytes(memoryBytes: number, options: Options): number {
  return neededBytes(options) ?? countPages(memoryBytes, options) * pageBytes(options);
}

/** What these apps set aside together. */
export function sumHugePages(apps: readonly Neighbour[]): number {
  const owners = apps.filter(({ profile }) => profile === hugepages.name);
  return owners.reduce((sum, { memoryBytes, options }) => sum + setAsideBytes(memoryBytes, options), 0);
}

/** For the option percent. */
function countPages(memoryBytes: number, options: Options): number {
  return Math.floor((memoryBytes * percentOf(options)) / 100 / pageBytes(options));
}

function tunePages(memoryBytes: number, options: Options): Setting {
  const sizeBytes = optionalNumber(options, "size");
  const each = pageBytes(options);
  if (sizeBytes !== null)
    return count(Math.ceil(sizeBytes / each), {
      formula: "ceil(sizeBytes / pageBytes)",
      inputs: { sizeBytes, pageBytes: each },
      source: HUGETLB,
      boundBy: "user",
    });
  const percent = percentOf(options);
  return count(countPages(memoryBytes, options), {
    formula: "floor(memoryBytes * percent / 100 / pageBytes)",
    inputs: { memoryBytes, percent, pageBytes: each },
    source: HUGETLB,
  });
}

// vm.nr_hugepages counts pages of the default size, which is 2 MiB where the base page is 4 KiB. The others have a file.
function writeConf(pages: number, group: number | null, options: Options): Setting {
  const groupLine = group === null ? [] : [`vm.hugetlb_shm_group = ${group}`];
  if (textOption(options, "pageSize") === "2MiB")
    return text([`vm.nr_hugepages = ${pages}`, ...groupLine].join("\n"), {
      formula: "all of the above as a file of sysctl.d",
      source: "sysctl.d(5)",
    });
  const folder = `/sys/kernel/mm/hugepages/hugepages-${GIB / KIB}kB`;
  return text(`w ${folder}/nr_hugepages - - - - ${pages}`, {
    formula: "nr_hugepages as a file of tmpfiles.d",
    source: "tmpfiles.d(5)",
    note: "memory must still be free in whole GiB: hugepagesz=1G hugepages=N on the kernel's command line is surer",
  });
}

/** The option size in whole pages, rounded up; null: the option percent decides. */
function neededBytes(options: Options): number | null {
  const sizeBytes = optionalNumber(options, "size");
  return sizeBytes === null ? null : Math.ceil(sizeBytes / pageBytes(options)) * pageBytes(options);
}

function templateName(options: Options): string {
  return textOption(options, "pageSize") === "2MiB" ? "vm_nr_hugepages" : "nr_hugepages";
}

function pageBytes(options: Options): number {
  return PAGE_BYTES[choiceOption(options, "pageSize", PAGE_BYTES)];
}

function percentOf(options: Options): number {
  return numberOption(options, "percent");
}
