// `parbake apply`: the main job.

import { applyPlan } from "../apply/apply-plan.ts";
import type { Bake } from "../apply/choose-possible.ts";
import { leaveOutcome } from "../apply/leave-outcome.ts";
import { forgetTakenBack } from "../apply/state/taken-back.ts";
import { runsAsUnit } from "../apply/units/unit-actions.ts";
import { tellOver } from "../apply/units/waiting.ts";
import type { Credentials } from "../aws/credentials.ts";
import type { SecretsSource } from "../aws/secrets-manager/secrets-manager.ts";
import type { Command } from "../cli/invocation.ts";
import { formatReport } from "../cli/print/print-report.ts";
import { readConfig, type Image } from "../config/read/read-config.ts";
import { endWithin, keepTime, type Deadline } from "../deadline.ts";
import type { Ending } from "../ending.ts";
import { knownInstanceFacts, refuseOtherFacts, refusePredicted } from "../facts/compare-facts.ts";
import type { Facts, InstanceFacts } from "../facts/facts.ts";
import { readAssetTag } from "../facts/hardware/asset-tag.ts";
import type { ImdsClient } from "../facts/imds/imds-client.ts";
import { runCommand } from "../host/run-command.ts";
import { readSavedPlan } from "../inspect/read-saved-plan.ts";
import { refuseMovedOn } from "../inspect/saved-plan.ts";
import type { Plan } from "../plan/plan.ts";
import { selectSteps } from "../plan/select-steps.ts";
import { compileBy } from "../process/v8-flags.ts";
import { VERSIONS } from "../process/version.ts";
import { Refusal, type Problem } from "../refusal.ts";
import type { Report } from "../report/report.ts";
import { NO_RESULTS, RunRecord } from "../report/run-record.ts";
import { settlesWithin } from "../settles-within.ts";
import { orStopped } from "../stop.ts";
import { findBake, findBakeOf, withoutImds } from "./bake.ts";
import { gatherHere, openImds, withFileSystems } from "./machine.ts";
import { gatherFor, planFor } from "./make-plan.ts";
import { noteImage, noteAmi } from "./note-image.ts";
import { keepMachine, noteMachine } from "./note-machine.ts";
import { findCredentials, openSecrets } from "./open-secrets.ts";
import { openTrial, refuseWithoutSystemd } from "./open-trial.ts";
import { planEarly } from "./plan-early.ts";
import type { Session } from "./session.ts";
import { beginStage, showingCommands } from "./show-waits.ts";
import { tellPlan } from "./tell-plan.ts";

// A run takes tens of milliseconds, or as long as AWS makes it wait: whoever comes second need not give up at once.
const LOCK_WAIT_MS = 10_000;

/** From here on plain machine code pays: with 60 files it saves a tenth of the time on the clock. */
const MANY_FILES = 30;

type ApplyCommand = Extract<Command, { kind: "apply" }>;

/** What every step of the one run knows. */
interface Run {
  readonly command: ApplyCommand;
  /** Whose deadline is that of the network. */
  readonly session: Session;
  /** Until then everything is validated, swapped in and told to the units. */
  readonly acting: Deadline;
  readonly record: RunRecord;
  readonly imds: ImdsClient | null;
}

export async function runApply(command: ApplyCommand, { deadline, ...given }: Session): Promise<Ending> {
  if (command.confirmMs !== null) refuseWithoutSystemd();
  const { options } = given;
  const { actingMs, wayBackMs } = keepTime(options.deadlineMs);
  const acting = endWithin(deadline, options.deadlineMs - wayBackMs);
  const session = { ...given, deadline: endWithin(acting, options.deadlineMs - wayBackMs - actingMs) };
  const record = new RunRecord(VERSIONS, (stage) => beginStage(stage, session, acting));
  const imds =
    findBake(command, session) === null ? await openImds(session, () => record.retries.imds++, record.timeStep) : null;
  const run: Run = { command, session, acting, record, imds };
  try {
    const report = await (command.planFile === null ? applyHere(run) : applySaved(command.planFile, run));
    // Where it fails, the unit's ExecStopPost= does the same.
    if (runsAsUnit(session.environment, process.pid)) tellOver(options.root, session.log);
    if (options.json) session.emit(report);
    else session.say(report, formatReport);
    // What a person applies is what they want, of what was taken back too.
    if (isWatched(run) && options.root === "/") forgetTakenBack(options.root);
    return "done";
  } finally {
    keepMachine(record, options.root, given.log);
    imds?.close();
  }
}

/** Whether a person started the whole of it. */
function isWatched({ command, session }: Run): boolean {
  return command.only === null && !runsAsUnit(session.environment, process.pid);
}

/** A plan, and what its run needs beside it. */
interface Made {
  readonly plan: Plan;
  /** Absent: the plan is whole. */
  readonly whole?: Promise<Plan>;
  readonly source: SecretsSource;
  /** Where the metrics go. Null: nowhere. */
  readonly metrics: string | null;
  /** Null: this is no bake. */
  readonly bake: Bake | null;
  readonly recheck?: () => void;
}

async function applyHere(run: Run): Promise<Report> {
  const { session, record } = run;
  let metrics: string | null = null;
  const setMetrics = (path: string | null) => {
    metrics = path;
  };
  const made = await Promise.race([makeHere(run, setMetrics), session.overrun]).catch((error: unknown) => {
    // A run that never came to its files is a run, too.
    const failure = orStopped(error, session.deadline);
    leaveOutcome(session.options.root, record.finish(NO_RESULTS, failure), metrics, session.log);
    throw failure;
  });
  return perform(made, run);
}

/** @param setMetrics hears where the metrics go as soon as the config says it: whatever fails after that is told there */
async function makeHere(run: Run, setMetrics: (path: string | null) => void): Promise<Made> {
  const { command, session, record, imds } = run;
  const { configFile, root } = session.options;
  const image = await record.time("config", () => readConfig(configFile, root, session.inputs));
  const { secrets, metrics } = image.config;
  setMetrics(metrics);
  const by = findBakeOf(image.config, command, session);
  // A bake is no boot of its image.
  if (by === null) noteImage(image.config.maxImageAge, root, record, session.log);
  const wantsSecrets = by === null && secrets.length > 0 && command.only !== "files" && command.only !== "tuning";
  const credentials = fetchAhead(() => findCredentials(session, imds), wantsSecrets);
  const whole = makeWhole(image, by, credentials, run);
  const isOne = by !== null || command.only !== null || command.confirmMs !== null;
  // An IMDS that refuses at once has not answered either: what the hardware decides goes first.
  const answered = whole.catch(() => new Promise<never>(() => {}));
  const isWhole = isOne || (await settlesWithin(answered, session.joiningMs));
  return isWhole ? whole : makeEarly(image, whole, run);
}

async function makeWhole(
  image: Image,
  by: string | null,
  credentials: () => Promise<Credentials>,
  run: Run,
): Promise<Made> {
  const { command, session, record, imds } = run;
  // What a mounted image says of a machine is not of this one, and a bake's is not of those that start from it.
  const isOwn = by === null && session.options.root === "/";
  const assetTag = isOwn ? readAssetTag("/") : null;
  const facts = await record.time("facts", () =>
    by === null
      ? gatherFor(image, session, imds, moreFacts(record, isOwn && assetTag === null))
      : gatherFor(withoutImds(image), session, null),
  );
  noteAmi(record, facts);
  if (isOwn) noteMachine(record, facts, assetTag, "/", session.log);
  if (image.config.files.length > MANY_FILES) compileBy("plain");
  const { plan, bake } = await record.time("plan", () => planAs(by, image, facts, command));
  tellPlan(plan, session, record);
  const { aws, metrics } = image.config;
  const source = openSecrets(session, credentials, facts, aws, () => record.retries.secretsManager++, record.timeStep);
  return { plan, source, metrics, bake };
}

function moreFacts({ image }: RunRecord, needsId: boolean): readonly (keyof InstanceFacts)[] {
  return [...(image === null ? [] : (["amiId"] as const)), ...(needsId ? (["instanceId"] as const) : [])];
}

/** IMDS makes the run wait: what the hardware decides goes first. */
async function makeEarly(image: Image, whole: Promise<Made>, { session, record }: Run): Promise<Made> {
  const wholePlan = whole.then((made) => made.plan);
  // Whoever awaits it gets the error, which may be there before anybody does.
  wholePlan.catch(() => undefined);
  const plan = await record.time("plan", () => planEarly(image, session));
  if (plan === null) return whole;
  session.log("info", "IMDS has not told of this machine yet: what the hardware alone decides goes first");
  const source: SecretsSource = {
    fetchSecret: async (step) => (await whole).source.fetchSecret(step),
    describeSecret: async (step) => (await whole).source.describeSecret(step),
    close: () => void whole.then((made) => made.source.close()).catch(() => undefined),
  };
  return { plan, whole: wholePlan, source, metrics: image.config.metrics, bake: null };
}

/** What stands in the way of a saved plan before it begins is told to whoever gave it: for the machine, it was no run. */
async function applySaved(file: string, run: Run): Promise<Report> {
  return perform(await Promise.race([takeSaved(file, run), run.session.overrun]), run);
}

async function takeSaved(file: string, run: Run): Promise<Made> {
  const { command, session, record, imds } = run;
  const { root } = session.options;
  const by = findBake(command, session);
  const saved = await record.time("config", () => readSavedPlan(file, root, session.inputs));
  noteImage(null, root, record, session.log);
  const { plan, aws, metrics } = saved;
  const { facts: then } = plan;
  refusePredicted(then);
  const known = knownInstanceFacts(then);
  const asked = known.some((name) => then.origins[name]?.source === "imds");
  if (asked && by !== null) throw new Refusal("config", madeElsewhere(by));
  const policy = asked ? "required" : "optional";
  const now = await record.time("facts", () => gatherHere(session, asked ? imds : null, policy, known));
  const folders = then.fileSystems?.map(({ folder }) => folder) ?? null;
  refuseOtherFacts(then, folders === null ? now : withFileSystems(now, folders));
  noteAmi(record, now);
  tellPlan(plan, session, record);
  const credentials = () => findCredentials(session, imds);
  const source = openSecrets(session, credentials, then, aws, () => record.retries.secretsManager++, record.timeStep);
  const bake = by === null ? null : { by, ofInstance: [] };
  return { plan, source, metrics, bake, recheck: () => refuseMovedOn(saved, root) };
}

/** @param by what says that this is a bake; null: it is none */
async function planAs(
  by: string | null,
  image: Image,
  facts: Facts,
  { only }: ApplyCommand,
): Promise<Pick<Made, "plan" | "bake">> {
  if (by === null) return { plan: selectSteps(planFor(image, facts), only), bake: null };
  const { planForBake } = await import("./plan-for-bake.ts");
  const { plan, ofInstance } = planForBake(image, facts);
  return { plan: selectSteps(plan, only), bake: { by, ofInstance } };
}

function madeElsewhere(bake: string): Problem {
  return {
    what: `the plan was made by what IMDS said, and this is a bake (${bake}), where parbake does not ask it`,
    fix: "Make the plan here: parbake plan --bake --json > FILE.",
  };
}

async function perform({ plan, whole, source, metrics, bake, recheck }: Made, run: Run): Promise<Report> {
  const { command, session, acting, record } = run;
  const { options, end, overrun, log } = session;
  const trial = command.confirmMs === null ? null : await openTrial(command.confirmMs, session);
  if (bake !== null) log("info", `this is a bake (${bake.by}): no secret is fetched, and IMDS is not asked`);
  try {
    return await applyPlan(plan, {
      root: options.root,
      deadline: acting,
      wayBack: end,
      overrun,
      log,
      joiningMs: session.joiningMs,
      lockWaitMs: LOCK_WAIT_MS,
      fetchSecret: (step) => source.fetchSecret(step),
      describeSecret: (step) => source.describeSecret(step),
      force: command.force,
      run: showingCommands(runCommand, session.progress),
      time: record.timeStep,
      noBlock: runsAsUnit(session.environment, process.pid),
      versions: VERSIONS,
      record,
      metrics,
      bake,
      policy: { strict: command.strict, forbidden: command.validators ? null : "--no-validators" },
      ...(whole && { whole }),
      ...(recheck && { recheck }),
      ...(trial && { startTrial: trial.start }),
    });
  } catch (error) {
    await trial?.giveUp();
    throw error;
  } finally {
    source.close();
  }
}

/** The first credentials are on their way while the plan is made; those that replace them are fetched when they are asked for. */
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
