// Runs another program to its end or its time limit, whichever is first. No shell, no input, no environment of ours: the
// role's credentials may be in it.

import { spawn, type ChildProcess } from "node:child_process";
import { stopRequestOf } from "../stop.ts";
import { errnoOf } from "./file-error.ts";

export type CommandResult =
  | { readonly kind: "exited"; readonly status: number; readonly output: string }
  | { readonly kind: "killed"; readonly signal: string; readonly output: string }
  | { readonly kind: "timed-out"; readonly output: string }
  /** The run was asked to stop. */
  | { readonly kind: "interrupted" }
  /** There was no memory or no process left for it. */
  | { readonly kind: "not-started"; readonly errno: string }
  | { readonly kind: "absent" }
  | { readonly kind: "forbidden" };

/** Ends at the time limit, or when the signal fires. */
export type RunCommand = (argv: readonly string[], timeoutMs: number, signal?: AbortSignal) => Promise<CommandResult>;

const OUTPUT_LIMIT_BYTES = 64 * 1024;
/** How long the last output of a program may take after its end: a daemon that it left behind may hold the pipe for ever. */
const DRAIN_MS = 100;

export const runCommand: RunCommand = keepingOutput(OUTPUT_LIMIT_BYTES);

/** @param limitBytes of what the program says; the rest is dropped */
export function keepingOutput(limitBytes: number): RunCommand {
  return (argv, timeoutMs, signal) => run(limitBytes, argv, timeoutMs, signal);
}

function run(limitBytes: number, ...[argv, timeoutMs, signal]: Parameters<RunCommand>): Promise<CommandResult> {
  return new Promise((resolve) => {
    const started = signal?.aborted ? cutShort(signal, "") : start(argv);
    if (started.kind !== "started") {
      resolve(started);
      return;
    }
    const { child } = started;
    const output = collectOutput(child, limitBytes);
    let isCut = false;
    const cut = () => {
      isCut = true;
      killGroup(child);
    };
    const timer = setTimeout(cut, timeoutMs);
    signal?.addEventListener("abort", cut, { once: true });
    running.add(child);
    const end = (result: CommandResult) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", cut);
      running.delete(child);
      child.stdout?.destroy();
      child.stderr?.destroy();
      resolve(result);
    };
    child.once("error", (error) => end(spawnFailure(error)));
    child.once("exit", (status, killer) => {
      const finish = () => end(isCut ? cutShort(signal, output()) : resultOf(status, killer, output()));
      const drain = setTimeout(finish, DRAIN_MS);
      child.once("close", () => {
        clearTimeout(drain);
        finish();
      });
    });
  });
}

/** Where systemctl and mount are found: packages alone install there. Debian's group staff may write below /usr/local. */
const SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin";
/** For what the config's programs, which it names in full, call in their turn. */
const LOCAL_PATH = "/usr/local/sbin:/usr/local/bin";

interface Started {
  readonly kind: "started";
  readonly child: ChildProcess;
}

// Node throws some errors of spawn(2) and sends the rest as an event.
function start([program = "", ...words]: readonly string[]): Started | CommandResult {
  try {
    const child = spawn(program, words, {
      cwd: "/",
      // A process group of its own, so that the time limit ends its children as well.
      detached: true,
      env: { PATH: program.startsWith("/") ? `${LOCAL_PATH}:${SYSTEM_PATH}` : SYSTEM_PATH, LC_ALL: "C.UTF-8" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    return { kind: "started", child };
  } catch (error) {
    return spawnFailure(error);
  }
}

/** Those that the end of this process would leave behind, in groups of their own as they are. */
const running = new Set<ChildProcess>();

/** For the way out: leaves no program running. */
export function killRunning(): void {
  for (const child of running) killGroup(child);
}

function cutShort(signal: AbortSignal | undefined, output: string): CommandResult {
  const isAsked = signal !== undefined && stopRequestOf({ signal }) !== null;
  return isAsked ? { kind: "interrupted" } : { kind: "timed-out", output };
}

function resultOf(status: number | null, signal: string | null, output: string): CommandResult {
  return status === null ? { kind: "killed", signal: signal ?? "unknown", output } : { kind: "exited", status, output };
}

function spawnFailure(error: unknown): CommandResult {
  const errno = errnoOf(error);
  if (errno === "ENOENT") return { kind: "absent" };
  if (errno === "EACCES") return { kind: "forbidden" };
  if (errno === null) throw error;
  return { kind: "not-started", errno };
}

function collectOutput(child: ChildProcess, limitBytes: number): () => string {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  // Null where there was no descriptor left for them.
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => {
      if (sizeBytes < limitBytes) chunks.push(chunk);
      sizeBytes += chunk.length;
    });
  return () => Buffer.concat(chunks).subarray(0, limitBytes).toString("utf8");
}

function killGroup({ pid }: ChildProcess): void {
  // Undefined where it was not started: the event that says so is on its way.
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // ESRCH: it ended by itself in this very moment.
    if (errnoOf(error) === null) throw error;
  }
}

/** Why it is no success, as a part of a sentence. */
export function describeCommandFailure(result: CommandResult, timeoutMs: number): string {
  switch (result.kind) {
    case "exited":
      return `exit status ${result.status}`;
    case "killed":
      return `killed by ${result.signal}`;
    case "timed-out":
      return `no answer within ${Math.round(timeoutMs)} ms`;
    case "interrupted":
      return "interrupted";
    case "not-started":
      return `it could not be started (${result.errno})`;
    case "absent":
      return "there is no such program";
    case "forbidden":
      return "the program is not executable";
  }
}

// ECMA-48, Select Graphic Rendition: how a program colours its words.
// oxlint-disable-next-line no-control-regex -- escape characters are what it looks for
const COLOURS = /\u001b\[[\d;]*m/g;

/** The time with which programs begin the lines of their logs: `2026/01/02 03:04:05 `, `2026-01-02 03:04:05.678 UTC `. */
const TIME = /^\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?(?:[A-Z]{3,4}|Z|[+-]\d\d:?\d\d))? /;

/** The first lines of what a program said, as a part of a sentence of ours: on one line, without colours, time and final stop. */
export function firstLines(output: string, count: number): string {
  const lines = output.split(/[\r\n]/).map((line) => line.replaceAll(COLOURS, "").replace(TIME, "").trim());
  const said = lines.filter((line) => line !== "").slice(0, count);
  const text = said.map((line) => (line.length > 300 ? `${line.slice(0, 300)}…` : line)).join(" | ");
  return text.replace(/\.+$/, "");
}
