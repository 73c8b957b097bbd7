// Names what a run waits for, for as long as it does: which stage, which secrets, which program.

import { readLockHolder } from "../apply/state/lock.ts";
import type { SecretsSource } from "../aws/secrets-manager/secrets-manager.ts";
import { describeStage, showing, type Progress } from "../cli/progress.ts";
import { cut, joinWords } from "../cli/text.ts";
import type { Deadline } from "../deadline.ts";
import { attempt } from "../host/attempt.ts";
import type { RunCommand } from "../host/run-command.ts";
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
  const holder = attempt(null, () => readLockHolder(root));
  return `${describeStage("lock")}${holder === null ? "" : ` (process ${holder.pid})`}`;
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

/** With the ellipsis of a longer one. */
const LONGEST_COMMAND = 121;

/** Its arguments are paths and names, never a secret. */
export function showingCommands(run: RunCommand, progress: Progress): RunCommand {
  return (argv, timeoutMs, signal) => {
    const what = () => `waiting for ${cut(argv.join(" "), LONGEST_COMMAND)}`;
    return showing(progress, what, () => run(argv, timeoutMs, signal), timeoutMs);
  };
}
