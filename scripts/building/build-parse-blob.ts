// Finds its way through the blob that Node makes of the bundle: a snapshot, assets and options (src/node_sea.cc); in the snapshot,
// a heap, and what Node has compiled of its own modules (src/node_snapshotable.cc). Reads all of it, and refuses any other layout.

import { BlobReader, WORD_BYTES } from "./build-blob-reader.ts";

/** A module of Node's own, compiled, as it lies in the blob. */
export interface CompiledModule {
  readonly id: string;
  /** With its id and the lengths. */
  readonly bytes: Buffer;
}

export interface SnapshotLayout {
  readonly heapBytes: number;
  /** Where the compiled modules begin, which are the snapshot's last part. */
  readonly modulesAt: number;
  readonly modules: readonly CompiledModule[];
  /** Names of modules that are loaded already. */
  readonly inHeap: ReadonlySet<string>;
}

export interface BlobLayout {
  /** Its length stands right before it. */
  readonly snapshot: Buffer;
  readonly snapshotAt: number;
  readonly assetBytes: Readonly<Record<string, number>>;
}

const BLOB_MAGIC = 0x143da20;
const SNAPSHOT_MAGIC = 0x143da19;
/** Of the blob. Another flag may mean another part. */
const FLAGS = { noWarning: 1, snapshot: 2, assets: 8, options: 16 };

/** @throws Error where it is not as the pinned Node makes it */
export function parseBlob(blob: Buffer): BlobLayout {
  const reader = new BlobReader(blob);
  if (reader.readUint32() !== BLOB_MAGIC) throw new Error("the blob does not begin as one");
  const flags = reader.readUint32();
  if (flags !== (FLAGS.noWarning | FLAGS.snapshot | FLAGS.assets | FLAGS.options))
    throw new Error(`the blob has other parts than a snapshot, assets and options: flags ${flags}`);
  // Which options a user may add.
  reader.skip(1);
  // The script's path.
  reader.readBytes();
  const snapshot = reader.readBytes();
  const snapshotAt = reader.at - snapshot.length;
  const assets = reader.readList(() => [reader.readText(), reader.readBytes().length] as const);
  // The options.
  reader.readList(() => reader.readBytes());
  reader.end();
  return { snapshot, snapshotAt, assetBytes: Object.fromEntries(assets) };
}

/** @throws Error where it is not as the pinned Node makes it */
export function parseSnapshot(snapshot: Buffer): SnapshotLayout {
  const reader = new BlobReader(snapshot);
  if (reader.readUint32() !== SNAPSHOT_MAGIC) throw new Error("the snapshot does not begin as one");
  // The kind; version, architecture and platform of Node; flags.
  reader.skip(1);
  for (let text = 0; text < 3; text++) reader.readText();
  reader.skip(4);
  const heapBytes = reader.readUint32();
  reader.skip(heapBytes);
  skipIsolate(reader);
  const inHeap = readEnvironment(reader);
  const modulesAt = reader.at;
  const modules = reader.readList(() => readModule(reader, snapshot));
  reader.end();
  return { heapBytes, modulesAt, modules, inHeap };
}

function readModule(reader: BlobReader, snapshot: Buffer): CompiledModule {
  const from = reader.at;
  const id = reader.readText();
  if (!/^[\w/-]+$/.test(id)) throw new Error(`no module of Node's has the name ${JSON.stringify(id)}`);
  reader.readBytes();
  return { id, bytes: snapshot.subarray(from, reader.at) };
}

/** IsolateDataSerializeInfo: values, templates. */
function skipIsolate(reader: BlobReader): void {
  skipIndices(reader);
  skipProperties(reader);
}

/** EnvSerializeInfo. @returns the names of the modules that are loaded */
function readEnvironment(reader: BlobReader): ReadonlySet<string> {
  // The async hooks.
  reader.skip(4 * WORD_BYTES);
  skipIndices(reader);
  // Ticks, immediates, timers, three of the performance, the exit, streams, whether to abort.
  reader.skip(9 * WORD_BYTES);
  // The realm: modules, values, objects, the context.
  const modules = reader.readList(() => reader.readText());
  skipProperties(reader);
  skipProperties(reader);
  reader.skip(WORD_BYTES);
  return new Set(modules);
}

function skipIndices(reader: BlobReader): void {
  reader.readList(() => reader.skip(WORD_BYTES));
}

/** PropInfo: a name, a number of 32 bits, an index. */
function skipProperties(reader: BlobReader): void {
  reader.readList(() => {
    reader.readText();
    reader.skip(4 + WORD_BYTES);
  });
}
