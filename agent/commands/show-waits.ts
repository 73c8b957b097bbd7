// Names what a run waits for, for as long as it does: which stage, which secrets, which program.

import { readLockHolder } from "../apply/state/lock.ts";
import type { SecretsSource } from "../aws/secrets-manager/secrets-manager.ts";
import { describeStage, showing, type Progress } from "../cli/progress.ts";
import { joinWords } from "../cli/text.ts";
import type { Deadline } from "../deadline.ts";
import type { RunCommand } from "../host/run-command.ts";
import { Refusal } from "../refusal.ts";
import type { Session } from "./session.ts";

const OF_NETWORK: ReadonlySet<string> = new Set(["facts", "fetch"]);

/**
 * A stage of a run has begun; the returned function says that it is over.
 * @param acting by when the machine itself has to be done; the session's deadline is the network's
 */
export function beginStage(stage: string, { progress, options, deadline }: Session, acting: Deadline): () => void {
  if (stage === "lock") return progress.begin(() => describeLock(options.root));
  return progress.begin(describeStage(stage), (OF_NETWORK.has(stage) ? deadline : acting).remainingMs());
}

function describeLock(root: string): string {
  const holder = tryReadHolder(root);
  return `${describeStage("lock")}${holder === null ? "" : ` (process ${holder.pid})`}`;
}

function tryReadHolder(root: string): ReturnType<typeof readLockHolder> {
  try {
    return readLockHolder(root);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return null;
  }
}

/** All secrets that are asked for at the same time are named together. */
export function showingSecrets(source: SecretsSource, { progress, deadline }: Session): SecretsSource {
  const pending = new Set<string>();
  const what = () => `asking Secrets Manager for ${joinWords([...pending].toSorted())}`;
  const ask = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    pending.add(name);
    return showing(progress, what, work, deadline.remainingMs()).finally(() => pending.delete(name));
  };
  return {
    fetchSecret: (step) => ask(step.name, () => source.fetchSecret(step)),
    describeSecret: (step) => ask(step.name, () => source.describeSecret(step)),
    close: () => source.close(),
  };
}

const LONGEST_COMMAND = 120;

/** Its arguments are paths and names, never a secret. */
export function showingCommands(run: RunCommand, progress: Progress): RunCommand {
  return (argv, timeoutMs, signal) => {
    const what = () => `waiting for ${shorten(argv.join(" "))}`;
    return showing(progress, what, () => run(argv, timeoutMs, signal), timeoutMs);
  };
}

function shorten(command: string): string {
  return command.length > LONGEST_COMMAND ? `${command.slice(0, LONGEST_COMMAND)}…` : command;
}
