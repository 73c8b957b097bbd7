// A small blob as Node 24 makes one of a script: each part is there and holds next to nothing.

export interface MadeBlob {
  readonly magic?: number;
  readonly flags?: number;
  readonly snapshotMagic?: number;
  /** Beside a heap of three bytes. */
  readonly inHeap?: readonly string[];
  /** Code by name of the module. */
  readonly modules?: readonly (readonly [string, string])[];
  /** After the snapshot's last part. */
  readonly snapshotRest?: string;
  /** After the blob's. */
  readonly rest?: string;
}

/** With a snapshot, assets, options and no warning. */
const FLAGS = 1 + 2 + 8 + 16;

export function makeBlob(blob: MadeBlob): Buffer {
  return Buffer.concat([
    uint32(blob.magic ?? 0x143da20),
    uint32(blob.flags ?? FLAGS),
    Buffer.of(0),
    text("../parbake.js"),
    text(makeSnapshot(blob)),
    list([Buffer.concat([text("catalogue.tsv"), text("a table")])]),
    list([text("--no-sparkplug")]),
    Buffer.from(blob.rest ?? ""),
  ]);
}

export function makeSnapshot({ snapshotMagic, inHeap = [], modules = [], snapshotRest = "" }: MadeBlob): Buffer {
  return Buffer.concat([
    uint32(snapshotMagic ?? 0x143da19),
    Buffer.of(1),
    ...["24.21.0", "x64", "linux"].map(text),
    uint32(0),
    Buffer.concat([uint32(3), Buffer.from("hea")]),
    // Of the isolate: values and templates.
    list([word(1), word(2)]),
    list([property("template")]),
    // Of the environment: the async hooks, nine more, the realm.
    Buffer.concat([word(1), word(2), word(3), word(4), list([word(5)])]),
    ...Array.from({ length: 9 }, (_, index) => word(index)),
    list(inHeap.map(text)),
    list([property("value"), property("other")]),
    list([]),
    word(71),
    list(modules.map(([id, code]) => Buffer.concat([text(id), text(code)]))),
    Buffer.from(snapshotRest),
  ]);
}

function property(name: string): Buffer {
  return Buffer.concat([text(name), uint32(7), word(8)]);
}

function list(items: readonly Buffer[]): Buffer {
  return Buffer.concat([word(items.length), ...items]);
}

function text(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([word(bytes.length), bytes]);
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
