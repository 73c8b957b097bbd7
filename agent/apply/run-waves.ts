// A run in waves: what the hardware decides, what IMDS decides, what needs secrets. Each is applied as soon as what it needs is
// there, and releases its units; one that fails takes back only itself, and the others go on. Where the answer of a network is there
// when a wave would begin, that wave joins the next: a run that waits for nothing is one transaction. If that one fails, its waves are
// tried one by one, so that what fails does not go by how fast a network has answered.

import type { FetchedSecret } from "../aws/fetched-secret.ts";
import { joinRefusals } from "../collect-refusals.ts";
import type { Plan } from "../plan/plan.ts";
import { upTo, WAVES, wavesOf, type Wave } from "../plan/waves.ts";
import { Refusal } from "../refusal.ts";
import { settlesWithin } from "../settles-within.ts";
import { stopRequestOf } from "../stop.ts";
import type { RunContext } from "./apply-options.ts";
import { applyWave, dropStaged } from "./apply-wave.ts";
import { choosePossible, leaveToBoot, withoutStore, type Possible } from "./choose-possible.ts";
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
  const trouble = done.store?.trouble ?? null;
  if (trouble !== null) failWaves(["secrets"], trouble, done);
  const fit = trouble === null ? wanted : withoutStore(wanted, trouble, root).plan;
  const fetching = record.time("fetch", () => chooseSecrets(fit, found, fetched, context));
  // What is taken back as one is applied as one.
  const isOne = plan.part !== null || baked !== null || context.startTrial !== undefined;
  const isSplit = !isOne && hasUnapplied(run);
  if (isSplit && !(await settlesWithin(fetching, context.joiningMs))) await applyUpTo("instance", plan, found, run);
  const selection = (done.selection = await fetching);
  record.warn(selection.warnings, log);
  const choose = () => baked ?? choosePossible(plan, selection.failed, done.failedWaves, root);
  const { failure } = choose();
  if (failure !== null) done.failures.push(failure);
  await applyLast(plan, choose, found, run, isOne);
}

/** Whether there is something without secrets that no wave has tried yet. */
function hasUnapplied({ done: { waves, waveOf } }: Run): boolean {
  const tried = waves.flatMap(({ names }) => names);
  return [...waveOf].some(([{ kind }, wave]) => kind === "file" && wave !== "secrets" && !tried.includes(wave));
}

async function applyLast(plan: Plan, choose: () => Possible, found: Found, run: Run, isOne: boolean): Promise<void> {
  const { context, done } = run;
  const selection = done.selection ?? NO_SELECTION;
  const names = namesLeft(run, "secrets");
  const { plan: part, held } = (done.possible = choose());
  const failure = await tryWave(names, part, found, selection, run, () => releaseAll(plan, held, context.root));
  if (failure !== null && !isOne && isJoined(names, run)) {
    await applyApart(names.slice(0, -1), plan, found, run);
    return applyLast(plan, choose, found, run, isOne);
  }
  if (failure !== null) failWaves(names, failure, done);
  logHeld(held, done.failures.length > 0, context.log);
}

async function applyUpTo(last: Wave, plan: Plan, found: Found, run: Run): Promise<void> {
  const { context, done } = run;
  const part = upTo(last, plan);
  const { plan: possible, held } = choosePossible(part, new Map(), done.failedWaves, context.root);
  const names = namesLeft(run, last);
  const release = () => releaseUnits(part, held, context.root);
  const failure = await tryWave(names, possible, found, NO_SELECTION, run, release);
  if (failure === null) return;
  if (isJoined(names, run)) await applyApart(names, plan, found, run);
  else failWaves(names, failure, done);
}

/** Whether more than one wave of the plan is in it. */
function isJoined(names: readonly Wave[], { done: { waveOf } }: Run): boolean {
  const waves = [...waveOf].flatMap(([{ kind }, wave]) => (kind === "folder" ? [] : [wave]));
  return names.filter((name) => waves.includes(name)).length > 1;
}

/** What was joined has failed, and is taken back. */
async function applyApart(names: readonly Wave[], plan: Plan, found: Found, run: Run): Promise<void> {
  const joined = run.done.waves.at(-1);
  if (joined !== undefined) joined.names = [];
  for (const name of names) await applyUpTo(name, plan, found, run);
}

function namesLeft({ done }: Run, last: Wave): Wave[] {
  const before = done.waves.flatMap(({ names }) => names);
  return WAVES.slice(0, WAVES.indexOf(last) + 1).filter((name) => !before.includes(name));
}

/**
 * @param release what becomes possible when the wave is in place
 * @returns why it is not; null: it is
 * @throws what ends the run: a stop, a bug of ours, and what a wave could not take back
 */
async function tryWave(
  names: readonly Wave[],
  plan: Plan,
  found: Found,
  selection: Selection,
  { context, done }: Run,
  release: () => readonly string[],
): Promise<Refusal | null> {
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
    return null;
  } catch (error) {
    return refusalOf(dropStaged(error, wave, context), context);
  } finally {
    wave.endMs = record.elapsedMs;
  }
}

function refusalOf(error: unknown, { deadline }: RunContext): Refusal {
  if (!(error instanceof Refusal) || stopRequestOf(deadline) !== null) throw error;
  return error;
}

function failWaves(names: readonly Wave[], failure: Refusal, done: Done): void {
  done.failures.push(failure);
  for (const name of names) done.failedWaves.set(name, failure);
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
    const { trouble } = store;
    // A bake leaves secrets to the boot: what needs the folder in spite of that needs it now.
    if (trouble !== null && context.bake) throw trouble;
    if (trouble === null) return prepareRun(plan, managed, store, root);
    try {
      return prepareRun(withoutStore(plan, trouble, root).plan, managed, store, root);
    } catch (error) {
      throw error instanceof Refusal ? joinRefusals([trouble, error]) : error;
    }
  });
}
