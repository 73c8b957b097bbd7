// `parbake apply`: the main job.

import { fetchCredentials } from "../aws/fetch-credentials.ts";
import { readClientSettings } from "../aws/endpoints.ts";
import { createSecretsSource, type Credentials, type SecretsSource } from "../aws/secrets-manager.ts";
import { applyPlan } from "../apply/perform.ts";
import { runCommand } from "../apply/run-command.ts";
import { runsAsUnit } from "../apply/units.ts";
import type { Command } from "../cli/invocation.ts";
import { formatReport } from "../cli/print-report.ts";
import { formatDegraded } from "../cli/print-tuning.ts";
import { fetchRoleCredentials } from "../facts/fetch-role-credentials.ts";
import type { ImdsClient } from "../facts/imds-client.ts";
import { Refusal } from "../refusal.ts";
import type { Log } from "../log.ts";
import type { Plan } from "../plan/plan.ts";
import { formatCount } from "../cli/text.ts";
import { formatBytes } from "../tuning/size.ts";
import { VERSION } from "../version.ts";
import { readImage } from "./image.ts";
import { openImds } from "./machine.ts";
import { planHere } from "./run-plan.ts";
import type { Session } from "./session.ts";

// A run takes tens of milliseconds, or as long as AWS makes it wait: whoever comes second need not give up at once.
const LOCK_WAIT_MS = 10_000;

export async function runApply({ only }: Extract<Command, { kind: "apply" }>, session: Session): Promise<number> {
  const { options, deadline, log, paint } = session;
  const imds = await openImds(session);
  let secrets: SecretsSource | undefined;
  try {
    const image = readImage(options);
    const wantsSecrets = image.config.secrets.length > 0 && only !== "files" && only !== "tuning";
    const credentials = fetchAhead(
      () => fetchCredentials(session.environment, () => roleCredentials(imds)),
      wantsSecrets,
    );
    const plan = await planHere(image, only, session, imds);
    logMachine(plan, log);
    const source = openSecrets(session, credentials, plan.facts.region);
    secrets = source;
    const report = await applyPlan(plan, {
      root: options.root,
      deadline,
      log,
      lockWaitMs: LOCK_WAIT_MS,
      fetchSecret: (step) => source.fetchSecret(step),
      run: runCommand,
      noBlock: runsAsUnit(session.environment, process.pid),
      versions: { parbake: VERSION, node: process.version },
    });
    if (options.json) session.emit(report);
    else session.say(formatReport(report, paint));
    return 0;
  } finally {
    secrets?.close();
    imds?.close();
  }
}

// What a boot's journal starts with: the answer to most questions about the rest.
function logMachine({ facts, budget, apps }: Plan, log: Log): void {
  const what = facts.instanceType ?? "this machine";
  const size = `${formatCount(facts.vcpus, "CPU")}, ${formatBytes(facts.memLimitBytes)}`;
  const shares = apps
    .filter(({ memoryBytes }) => memoryBytes > 0)
    .map(({ name, memoryBytes }) => `${name} ${formatBytes(memoryBytes)}`);
  const split = [`reserve ${formatBytes(budget.reservedBytes)}`, ...shares].join(" + ");
  log("info", `${what}${facts.region === null ? "" : ` in ${facts.region}`}: ${size} = ${split}`);
  if (budget.leftOut.length > 0) log("warn", `too little memory: ${budget.leftOut.join(", ")} left out, as optional`);
  for (const { name, degraded } of apps) {
    if (degraded.length > 0) log("warn", `too little memory: ${name} gave up ${formatDegraded(degraded)}`);
  }
}

/** The first credentials are on their way while the plan is made; those that replace them are asked for anew. */
function fetchAhead(fetch: () => Promise<Credentials>, isWanted: boolean): () => Promise<Credentials> {
  let ahead = isWanted ? fetch() : null;
  // Whoever asks for them gets the error; a run that ends before may ignore it.
  ahead?.catch(() => undefined);
  return () => {
    const credentials = ahead ?? fetch();
    ahead = null;
    return credentials;
  };
}

function openSecrets(
  { environment, deadline, log }: Session,
  credentials: () => Promise<Credentials>,
  region: string | null,
): SecretsSource {
  return createSecretsSource({
    region,
    deadline,
    log,
    settings: readClientSettings("SECRETS_MANAGER", environment),
    fetchCredentials: credentials,
  });
}

async function roleCredentials(imds: ImdsClient | null): ReturnType<typeof fetchRoleCredentials> {
  if (imds !== null) return fetchRoleCredentials(imds);
  const what = "there are no credentials to fetch secrets with: AWS_EC2_METADATA_DISABLED is set";
  throw new Refusal("unavailable", { what, fix: "Unset it, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY." });
}
