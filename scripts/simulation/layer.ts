// An image under a layer that takes every write: nothing that a machine does changes the image. What it makes is below `work`, and
// its mounts are in the namespace of this process, and go with it.

import { appendFileSync, mkdirSync, rmSync, statfsSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "./program.ts";
import type { Layer } from "./row.ts";

/** Enough for what a boot writes before it is filled. */
const SMALL_DISK = "64m";

/** @returns the folder where the image and its layer are one */
export async function openLayer(image: string, work: string, isSmall: boolean): Promise<string> {
  const [disk, root] = [join(work, "layer"), join(work, "root")];
  for (const folder of [disk, root]) mkdirSync(folder);
  if (isSmall) await run(["mount", "-t", "tmpfs", "-o", `size=${SMALL_DISK}`, "simulated", disk]);
  const [upper, working] = [join(disk, "upper"), join(disk, "work")];
  for (const folder of [upper, working]) mkdirSync(folder);
  const layers = `lowerdir=${image},upperdir=${upper},workdir=${working}`;
  await run(["mount", "-t", "overlay", "-o", layers, "simulated", root]);
  return root;
}

export function write(root: string, { files = {}, links = {} }: Layer): void {
  for (const [path, text] of Object.entries(files)) writeFileSync(makeWay(root, path), text);
  for (const [path, target] of Object.entries(links)) symlinkSync(target, makeWay(root, path));
}

/** Where AWS is, as an image would say it: after what it says itself. */
export function pointAt(root: string, awsEndpoint: string): void {
  appendFileSync(makeWay(root, "etc/parbake/environment", false), `\nAWS_ENDPOINT_URL=${awsEndpoint}\n`);
}

/** Until nothing is free. */
export function fill(root: string): void {
  const { bavail, bsize } = statfsSync(root);
  const file = join(root, "var/filled-by-the-simulation");
  for (let block = Math.min(1 << 20, bavail * bsize); block >= 1; block = Math.floor(block / 2))
    try {
      for (;;) appendFileSync(file, Buffer.alloc(block));
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
    }
}

function makeWay(root: string, path: string, isNew = true): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  if (isNew) rmSync(file, { force: true });
  return file;
}
