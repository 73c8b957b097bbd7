// Counts what filling and reading back large files carries out: the same number on every machine, whatever else it does. Runs in
// an isolate of its own, because V8 counts blocks only in what it compiles after counting has begun.

/* oxlint-disable no-extend-native, typescript/unbound-method, unicorn/require-post-message-target-origin --
   natives are patched in an isolate that runs nothing else, and a worker has no origin */
import { Session } from "node:inspector";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import type { TemplateFormat } from "../../../agent/formats/format.ts";

interface Input {
  readonly format: TemplateFormat;
  readonly output: string;
}

/** @returns for each input how many blocks were entered and how many characters native functions went through */
export async function countWork(inputs: readonly Input[]): Promise<readonly number[]> {
  const worker = new Worker(new URL(import.meta.url), { workerData: inputs });
  try {
    return await new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
  } finally {
    await worker.terminate();
  }
}

let characters = 0;

function countCharacters(): void {
  const { exec } = RegExp.prototype;
  RegExp.prototype.exec = function (text) {
    const start = this.lastIndex;
    const found = exec.call(this, text);
    const end = found === null ? (this.sticky ? start : text.length) : found.index + found[0].length;
    characters += Math.max(1, end - (this.global || this.sticky ? start : 0));
    return found;
  };
  const { slice, indexOf } = String.prototype;
  String.prototype.slice = function (start, end) {
    const found = slice.call(this, start, end);
    characters += found.length;
    return found;
  };
  String.prototype.indexOf = function (wanted, start = 0) {
    const found = indexOf.call(this, wanted, start);
    characters += (found === -1 ? this.length : found) - start;
    return found;
  };
}

async function countHere(inputs: readonly Input[]): Promise<number[]> {
  const session = new Session();
  session.connect();
  session.post("Profiler.enable");
  session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  const { fillHoles } = await import("../../../agent/template/fill-holes.ts");
  const fill = ({ format, output }: Input) => {
    const prints = [{ value: "v w", site: { file: "a.hbs", line: 1, column: 1 } }];
    fillHoles({ kind: "ran", output, prints }, { format });
  };
  // What is done once only, and is no part of any input.
  for (const input of inputs.slice(0, 1)) fill(input);
  countCharacters();
  return inputs.map((input) => {
    takeBlocks(session);
    characters = 0;
    fill(input);
    const filled = characters;
    return filled + takeBlocks(session);
  });
}

/** Blocks of our own files and of packages since the last call. */
function takeBlocks(session: Session): number {
  let blocks = 0;
  session.post("Profiler.takePreciseCoverage", (error, coverage) => {
    if (error) throw error;
    for (const { url, functions } of coverage.result) {
      if (!url.startsWith("file://")) continue;
      for (const { ranges } of functions) for (const { count } of ranges) blocks += count;
    }
  });
  return blocks;
}

if (!isMainThread && parentPort) parentPort.postMessage(await countHere(workerData as readonly Input[]));
