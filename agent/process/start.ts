// How the process begins, with or without V8's start-up snapshot, and how it ends: as soon as main is done, not when the last
// socket closes. The only file that calls process.exit, because idle keep-alive sockets would hold the process for seconds.

import { isSea } from "node:sea";
import { setFlagsFromString, startupSnapshot } from "node:v8";
import { describeBug } from "../bug.ts";
import type { Deadline } from "../deadline.ts";
import { endingOfStop, statusOf } from "../ending.ts";
import { killRunning } from "../host/run-command.ts";
import { stopRequestOf } from "../stop.ts";
import { forbidCoreDumps } from "./core-dumps.ts";
import { keepKnown, listEarly, type Environment } from "./environment.ts";
import { journalLine } from "./journal-line.ts";
import { isJournal, isStream } from "./journal-stream.ts";
import { Output } from "./output.ts";
import { listenForStop } from "./signals.ts";
import { INTERPRETER_ONLY, NO_REHASH, V8_FLAGS } from "./v8-flags.ts";

/** What main gets from its process. */
interface Surroundings {
  /** The variables that parbake reads. */
  readonly environment: Environment;
  /** Fires at the first signal to stop. */
  readonly stop: AbortSignal;
  /** Sets how long main's output waits for its readers. */
  readonly setEnd: (end: Deadline) => void;
}

// V8's own. The bundle sets it to none while it is loaded: an error made then, such as the prototype of a package's own, would hold
// all the code of the module in which it was made.
const STACK_FRAMES = 10;

type Main = (argv: string[], out: Output, err: Output, surroundings: Surroundings) => Promise<number>;

/** @param warm runs once, while the snapshot is built, so that the snapshot has the functions that it calls compiled */
export function startMain(main: Main, warm: () => Promise<void>): void {
  Error.stackTraceLimit = STACK_FRAMES;
  if (!startupSnapshot.isBuildingSnapshot()) {
    void runToEnd(main);
    return;
  }
  for (const flag of [...V8_FLAGS, ...INTERPRETER_ONLY]) setFlagsFromString(flag);
  startupSnapshot.setDeserializeMainFunction(() => {
    for (const flag of [NO_REHASH.afterwards, ...INTERPRETER_ONLY]) setFlagsFromString(flag);
    void runToEnd(main);
  });
  void warm();
}

async function runToEnd(main: Main): Promise<void> {
  // Whatever ends the process before main is done is a failure.
  process.exitCode = statusOf("bug");
  const environment = takeEnvironment();
  const [out, err] = [new Output(1), new Output(2)];
  const say = (text: string) => err.write(`${inOwnWords(text, isJournal(environment, err.isTerminal))}\n`);
  const end = exitWith(out, err, say);
  const stop = listenForStop((request) => {
    say(`${request.message} at once, as it was the second signal: ${LEFT_BEHIND}`);
    end(statusOf(endingOfStop(request)));
  });
  forbidCoreDumps();
  process.on("uncaughtException", (error) => {
    say(`a bug in parbake: ${describeBug(error)}`);
    end(statusOf("bug"));
  });
  let readUntil: Deadline | null = null;
  const setEnd = (deadline: Deadline) => void (readUntil = deadline);
  const status = await main(process.argv.slice(2), out, err, { environment, stop, setEnd });
  await Promise.all([out.finish(readUntil, stop), err.finish(readUntil, stop)]);
  end(status === 0 && (out.isLost || err.isLost) ? statusOfLoss(stop) : status);
}

// What is told without a session has no format that was asked for.
function inOwnWords(text: string, isForJournal: boolean): string {
  return isForJournal ? journalLine("error", text) : `parbake: ${text}`;
}

const LEFT_BEHIND = "the next run finishes or undoes what this one left. Run parbake again.";

function statusOfLoss(stop: AbortSignal): number {
  const request = stopRequestOf({ signal: stop });
  return statusOf(request === null ? "cannot-write" : endingOfStop(request));
}

/** The only way out. If the process ends in another, as when nothing is left to wait for, it says so. */
function exitWith(out: Output, err: Output, say: (text: string) => void): (status: number) => void {
  let isMeant = false;
  process.on("exit", () => {
    killRunning();
    if (!isMeant) say("a bug in parbake: it was waiting for something that can never happen");
    for (const output of [out, err]) {
      output.flush();
      output.giveBack();
    }
  });
  return (status) => {
    isMeant = true;
    process.exit(status);
  };
}

// Node acts on some variables before parbake's first line: then the same process starts again without them.
function takeEnvironment(): Environment {
  const known = keepKnown(process.env);
  if (isSea() && listEarly(process.env).length > 0)
    process.execve!(process.execPath, [process.argv0, ...process.argv.slice(2)], known);
  for (const name of Object.keys(process.env)) if (!(name in known)) delete process.env[name];
  const { JOURNAL_STREAM, ...others } = known;
  return JOURNAL_STREAM === undefined || isStream(2, JOURNAL_STREAM) ? known : others;
}
