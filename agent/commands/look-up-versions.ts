// Which versions are current of the secrets whose files are parbake's, so that a plan tells whether they would change. Never asks
// for a value, and never holds the plan up for long: what cannot be learnt is left open.

import { readManaged, type ManagedRecord } from "../apply/state/managed.ts";
import type { Credentials } from "../aws/credentials.ts";
import { wantedVersionId } from "../aws/secret-description.ts";
import { showing } from "../cli/progress.ts";
import type { AwsConfig } from "../config/config.ts";
import { endWithin, type Deadline } from "../deadline.ts";
import type { ImdsClient } from "../facts/imds/imds-client.ts";
import type { SecretVersions } from "../inspect/compare-secret.ts";
import type { Plan, SecretStep } from "../plan/plan.ts";
import { Refusal } from "../refusal.ts";
import { findCredentials, openSecrets } from "./open-secrets.ts";
import type { Session } from "./session.ts";

// Whoever looks at a plan on a machine without a role or a route should not wait for a run's whole deadline.
const LONGEST_MS = 3_000;

export async function lookUpVersions(
  plan: Plan,
  aws: AwsConfig,
  session: Session,
  imds: ImdsClient | null,
): Promise<SecretVersions> {
  const known = knownSecrets(readManaged(session.options.root).files);
  const steps = plan.steps.filter((step) => step.kind === "secret").filter(({ name }) => known.has(name));
  if (steps.length === 0) return new Map();
  const deadline = endWithin(session.deadline, LONGEST_MS);
  const credentials = () => Promise.race([findCredentials(session, imds), giveUp(deadline)]);
  // Its retries are not logged: a plan goes on without the answer.
  const source = openSecrets({ ...session, deadline, log: () => {} }, credentials, plan.facts, aws);
  try {
    const ask = async (step: SecretStep) =>
      [step.name, wantedVersionId(step, await source.describeSecret(step))] as const;
    const answers = await showing(session.progress, "asking Secrets Manager which versions are current", () =>
      Promise.all(steps.map((step) => ask(step).catch(leaveOpen(step, session)))),
    );
    return new Map(answers.filter((answer): answer is readonly [string, string] => answer[1] !== null));
  } finally {
    source.close();
  }
}

function leaveOpen({ name }: SecretStep, { log }: Session): (error: unknown) => readonly [string, null] {
  return (error) => {
    if (!(error instanceof Refusal)) throw error;
    log("debug", `secret ${name}: Secrets Manager does not tell which version is current`);
    return [name, null];
  };
}

function giveUp({ signal }: Deadline): Promise<Credentials> {
  return new Promise((_, reject) => {
    const what = "there are no credentials yet";
    const refuse = () => reject(new Refusal("unavailable", { what, fix: "Attach an instance profile." }));
    if (signal.aborted) refuse();
    else signal.addEventListener("abort", refuse, { once: true });
  });
}

function knownSecrets(files: ManagedRecord): ReadonlySet<string> {
  return new Set(
    [...files.values()].flatMap((entry) => (entry.kind === "secret" ? Object.keys(entry.versionIds) : [])),
  );
}
