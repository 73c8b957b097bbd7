// Takes out of the blob what Node has compiled of its own modules and no command loads: each start would copy it. It changes
// nothing else. A module that is missing there is compiled when it is loaded, so that a run is slower and no different.

import { execFileSync } from "node:child_process";
import { WORD_BYTES } from "./build-blob-reader.ts";
import { parseBlob, parseSnapshot } from "./build-parse-blob.ts";

/**
 * Those of Node's modules that commands load after the start, other than by each other. NODE_DEBUG_NATIVE=CODE_CACHE shows which
 * these are, in a build whose agent/process/environment.ts starts no process again for NODE_: os by each command, tls on the way to
 * AWS, child_process where programs run, dns for a host's name, vm by bundle-on-demand.ts. Errors load a few more.
 */
export const LOADED_LATER = ["os", "tls", "dns", "child_process", "vm"];

/** What Node loads with some of its modules, in a process of its own. @throws Error where Node doesn't say */
export function listLoaded(names: readonly string[]): string[] {
  const script = `
    const before = new Set(process.moduleLoadList);
    for (const name of ${JSON.stringify(names)}) require("node:" + name);
    console.log(process.moduleLoadList.filter((name) => !before.has(name)).join("\\n"));
  `;
  const lines = execFileSync(process.execPath, ["-e", script], { encoding: "utf8" }).split("\n");
  const loaded = lines.flatMap((line) => /^NativeModule (.+)$/.exec(line)?.[1] ?? []);
  const missing = names.filter((name) => !loaded.includes(name));
  if (missing.length > 0) throw new Error(`Node doesn't say that it loads ${missing.join(", ")}`);
  return loaded;
}

/** @throws Error where the blob is not as the pinned Node makes it, or has not compiled one of `keep` */
export function trimBlob(blob: Buffer, keep: readonly string[]): Buffer {
  const { snapshot, snapshotAt } = parseBlob(blob);
  const { modulesAt, modules, inHeap } = parseSnapshot(snapshot);
  const byId = new Map(modules.map((module) => [module.id, module.bytes]));
  if (byId.size !== modules.length) throw new Error("the snapshot has a module twice");
  const kept = keep
    .filter((id) => !inHeap.has(id))
    .map((id) => {
      const bytes = byId.get(id);
      if (!bytes) throw new Error(`the snapshot has nothing compiled of ${id}`);
      return bytes;
    });
  const trimmed = Buffer.concat([snapshot.subarray(0, modulesAt), word(kept.length), ...kept]);
  const head = blob.subarray(0, snapshotAt - WORD_BYTES);
  return Buffer.concat([head, word(trimmed.length), trimmed, blob.subarray(snapshotAt + snapshot.length)]);
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(WORD_BYTES);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
