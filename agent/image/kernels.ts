// Which kernels an image has, and which of them its boot loader starts. Knows GRUB as Debian and Ubuntu configure it (grub.cfg) and
// as Amazon Linux and Fedora do (Boot Loader Specification, chosen in grubenv). Never writes.

import { listImageFolder, readImageText } from "./read-image-text.ts";

export interface Kernels {
  /** Releases as `uname -r` says them, oldest first; none in an image without a kernel of its own. */
  readonly installed: readonly string[];
  /** Null: no boot loader that parbake knows says it. */
  readonly boots: string | null;
}

export function listKernels(root: string): Kernels {
  const images = listImageFolder(root, "/boot").flatMap((name) => /^vmlinuz-(\d.*)$/.exec(name)?.[1] ?? []);
  const modules = listImageFolder(root, "/usr/lib/modules").filter(
    (release) => /^\d/.test(release) && listImageFolder(root, `/usr/lib/modules/${release}`).includes("vmlinuz"),
  );
  const installed = [...new Set([...images, ...modules])].toSorted(compareReleases);
  return { installed, boots: chosenEntry(root, installed) ?? firstEntry(root) };
}

/** The entry that Fedora's GRUB starts is named `MACHINE-ID-RELEASE`. */
function chosenEntry(root: string, installed: readonly string[]): string | null {
  const entry = /^saved_entry=(.+)$/m.exec(readImageText(root, "/boot/grub2/grubenv") ?? "")?.[1];
  return installed.findLast((release) => entry?.endsWith(`-${release}`)) ?? null;
}

/** Debian's grub.cfg lists its kernels, the one that it starts first. */
function firstEntry(root: string): string | null {
  const config = readImageText(root, "/boot/grub/grub.cfg") ?? "";
  return /^\s*linux\s+\S*\/vmlinuz-(\S+)/m.exec(config)?.[1] ?? null;
}

/** As versions: 6.1.0-9 is older than 6.1.0-40. */
function compareReleases(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
