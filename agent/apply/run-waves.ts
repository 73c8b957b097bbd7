// A run in waves: what the hardware decides, what IMDS decides, what needs secrets. Each is applied as soon as what it needs is
// there, and releases its units; one that fails takes back only itself, and the others go on. Where the answer of a network is there
// when a wave would begin, that wave joins the next: a run that waits for nothing is one transaction.

import type { FetchedSecret } from "../aws/fetched-secret.ts";
import type { Plan } from "../plan/plan.ts";
import { upTo, WAVES, wavesOf, type Wave } from "../plan/waves.ts";
import { Refusal } from "../refusal.ts";
import { settlesWithin } from "../settles-within.ts";
import { stopRequestOf } from "../stop.ts";
import type { RunContext } from "./apply-options.ts";
import { applyWave, dropStaged } from "./apply-wave.ts";
import { choosePossible, leaveToBoot, type Possible } from "./choose-possible.ts";
import { forgetAnother } from "./forget-another.ts";
import { mountStore, prepareRun, type Found } from "./prepare-run.ts";
import { logHeld, releaseAll, releaseUnits } from "./release-units.ts";
import type { Done, WaveDone } from "./run-results.ts";
import { chooseSecrets, NO_SELECTION, type Selection } from "./secrets/choose-secrets.ts";
import { describeDamage, readManaged } from "./state/managed.ts";
import { recover } from "./transaction/recover.ts";

/** All that the run needs to know of what it is doing. */
interface Run {
  readonly context: RunContext;
  /** Gets the values of the secrets; the caller erases them. */
  readonly fetched: Map<string, FetchedSecret>;
  readonly done: Done;
}

/** Throws what ends the run at once; what took back a wave, and no more, is in `done.failures`. */
export async function runWaves(plan: Plan, run: Run): Promise<void> {
  const { whole } = run.context;
  if (whole === undefined) return finishPlan(plan, run);
  const found = await check(plan, run);
  await applyUpTo("hardware", plan, found, run);
  try {
    await finishPlan(await whole, run);
  } catch (error) {
    const isEnd = run.done.possible !== undefined || stopRequestOf(run.context.deadline) !== null;
    if (!isEnd && error instanceof Refusal) withholdLater(plan, error, run);
    throw error;
  }
}

/** Without an answer of IMDS, what it decides is held, and what comes after it. */
function withholdLater(plan: Plan, because: Refusal, { context, done }: Run): void {
  for (const wave of WAVES.slice(1)) done.failedWaves.set(wave, because);
  const possible = choosePossible(plan, new Map(), done.failedWaves, context.root);
  done.possible = possible;
  logHeld(possible.held, true, context.log);
}

/** Fetches secrets while what needs none is applied. */
async function finishPlan(plan: Plan, run: Run): Promise<void> {
  const { context, fetched, done } = run;
  const { root, record, log, bake } = context;
  forgetAnother(plan, context);
  const baked = bake ? leaveToBoot(plan, bake, root) : null;
  const wanted = baked?.plan ?? plan;
  const found = await check(wanted, run);
  const fetching = record.time("fetch", () => chooseSecrets(wanted, found, fetched, context));
  // What is taken back as one is applied as one.
  const isOne = plan.part !== null || baked !== null || context.startTrial !== undefined;
  const isSplit = !isOne && hasUnapplied(run);
  if (isSplit && !(await settlesWithin(fetching, context.joiningMs))) await applyUpTo("instance", plan, found, run);
  const selection = (done.selection = await fetching);
  record.warn(selection.warnings, log);
  const possible = (done.possible = baked ?? choosePossible(plan, selection.failed, done.failedWaves, root));
  await applyLast(plan, possible, found, run);
}

/** Whether there is something without secrets that no wave has tried yet. */
function hasUnapplied({ done: { waves, waveOf = new Map() } }: Run): boolean {
  const tried = waves.flatMap(({ names }) => names);
  return [...waveOf].some(([{ kind }, wave]) => kind === "file" && wave !== "secrets" && !tried.includes(wave));
}

async function applyLast(plan: Plan, { plan: part, held, failure }: Possible, found: Found, run: Run): Promise<void> {
  const { context, done } = run;
  if (failure !== null) done.failures.push(failure);
  const selection = done.selection ?? NO_SELECTION;
  await tryWave(namesLeft(run, "secrets"), part, found, selection, run, () => releaseAll(plan, held, context.root));
  logHeld(held, done.failures.length > 0, context.log);
}

async function applyUpTo(last: Wave, plan: Plan, found: Found, run: Run): Promise<void> {
  const { context, done } = run;
  const part = upTo(last, plan);
  const { plan: possible, held } = choosePossible(part, new Map(), done.failedWaves, context.root);
  const release = () => releaseUnits(part, held, context.root);
  await tryWave(namesLeft(run, last), possible, found, NO_SELECTION, run, release);
}

function namesLeft({ done }: Run, last: Wave): Wave[] {
  const before = done.waves.flatMap(({ names }) => names);
  return WAVES.slice(0, WAVES.indexOf(last) + 1).filter((name) => !before.includes(name));
}

/**
 * @param release what becomes possible when the wave is in place
 * @throws what ends the run: a stop, a bug of ours, and what a wave could not take back
 */
async function tryWave(
  names: readonly Wave[],
  plan: Plan,
  found: Found,
  selection: Selection,
  { context, done }: Run,
  release: () => readonly string[],
): Promise<void> {
  const { root, record } = context;
  const isNext = done.waves.length > 0;
  if (isNext) await recoverWave(plan, context);
  const now = isNext ? { ...found, managed: readManaged(root) } : found;
  const before = new Set(done.waves.flatMap(({ units }) => units));
  const wave: WaveDone = { names, plan, units: [], endMs: null };
  done.waves.push(wave);
  try {
    await applyWave(plan, now, selection, context, wave);
    wave.units = release().filter((unit) => !before.has(unit));
    wave.isPlaced = true;
  } catch (error) {
    failWave(dropStaged(error, wave, context), names, context, done);
  } finally {
    wave.endMs = record.elapsedMs;
  }
}

function failWave(error: unknown, names: readonly Wave[], { deadline }: RunContext, done: Done): void {
  if (!(error instanceof Refusal) || stopRequestOf(deadline) !== null) throw error;
  done.failures.push(error);
  for (const name of names) done.failedWaves.set(name, error);
}

/** What the wave before could not put in order is tried once more, as the next run would. */
async function recoverWave(plan: Plan, context: RunContext): Promise<void> {
  const { failure } = await recover(plan, context, context.record);
  if (failure !== null) throw failure;
}

/** All of it before the first byte of a secret is fetched. */
async function check(plan: Plan, { context, done }: Run): Promise<Found> {
  const { root, record, log } = context;
  done.waveOf = wavesOf(plan);
  return record.time("check", async () => {
    const managed = readManaged(root);
    if (managed.isDamaged) record.warn([describeDamage(root)], log);
    const store = (done.store = await mountStore(plan, context));
    record.warn(store.warnings, log);
    return prepareRun(plan, managed, store, root);
  });
}
