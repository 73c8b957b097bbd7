// A command line → a command → its ending → exit status. The only place where an error becomes an ending.

import { existsSync } from "node:fs";
import { runsAsUnit } from "./apply/units/unit-actions.ts";
import { createLog, formatEntry } from "./cli/create-log.ts";
import { both } from "./cli/heartbeat.ts";
import type { Command, GlobalOptions, Invocation } from "./cli/invocation.ts";
import { legible } from "./cli/legible.ts";
import { parseArguments } from "./cli/parse-arguments.ts";
import { NO_PROGRESS, TerminalProgress, type Progress } from "./cli/progress.ts";
import { chooseFormat } from "./commands/choose-format.ts";
import { openHeartbeat } from "./commands/open-heartbeat.ts";
import { openPaint } from "./commands/open-paint.ts";
import { openPaging } from "./commands/paging.ts";
import { runApply } from "./commands/run-apply.ts";
import { runCheck } from "./commands/run-check.ts";
import { runExplain } from "./commands/run-explain.ts";
import { runFacts } from "./commands/run-facts.ts";
import { runPlan } from "./commands/run-plan.ts";
import { runReady } from "./commands/run-ready.ts";
import { runStatus } from "./commands/run-status.ts";
import { runTune } from "./commands/run-tune.ts";
import { runUnit } from "./commands/run-unit.ts";
import type { Session } from "./commands/session.ts";
import { tellError } from "./commands/tell-error.ts";
import type { World } from "./commands/world.ts";
import { startDeadline } from "./deadline.ts";
import { endingOf, statusOf, type Ending } from "./ending.ts";
import { explainShortage } from "./host/file-error.ts";
import { Inputs } from "./host/inputs/inputs.ts";
import { refusingUntrusted, warningUntrusted } from "./host/trust.ts";
import { ENVIRONMENT_FILE } from "./names/own-places.ts";
import { guardEnd } from "./process/overrun.ts";
import { formatVersion, VERSIONS } from "./process/version.ts";
import { Refusal } from "./refusal.ts";
import { shownJson } from "./shown.ts";
import { NOTHING_CHANGED, orStopped, stopped, stopRequestOf } from "./stop.ts";

export type { World } from "./commands/world.ts";

/** @returns the exit status; never throws */
export async function run(argv: readonly string[], world: World): Promise<number> {
  let invocation: Invocation | null = null;
  try {
    const parsed = (invocation = parseArguments(argv));
    const { world: own, show } = openPaging(parsed, world);
    const work = (overrun: Promise<never>) => runSession(parsed, overrun, own);
    return statusOf(await guardEnd(parsed.options.deadlineMs, work).finally(show));
  } catch (error) {
    const failure = explainShortage(error);
    await tellError(failure, invocation, world);
    if (argv.includes("--json")) emitError(failure, world);
    if (argv[0] === "apply" && runsAsUnit(world.environment, process.pid))
      await tellRetries(failure, invocation?.options ?? null, world);
    return statusOf(endingOf(failure));
  }
}

const ENDS_ITSELF: ReadonlySet<Command["kind"]> = new Set([
  "apply",
  "confirm",
  "revert",
  "fleet",
  "install",
  "uninstall",
  "seal",
  "fmt",
]);

async function runSession(invocation: Invocation, overrun: Promise<never>, world: World): Promise<Ending> {
  const { session, close } = await openSession(invocation, overrun, world);
  const { command } = invocation;
  world.setEnd?.(session.end);
  try {
    const work = runCommand(invocation, await withEnvironment(command, session), world);
    // A command that changes nothing ends at once; `apply` has to undo what it began, others to finish it, be it a document: they
    // end themselves.
    return await (ENDS_ITSELF.has(command.kind) ? work : Promise.race([work, overrun, stopOf(session)]));
  } catch (error) {
    throw orStopped(error, session.deadline);
  } finally {
    await close();
  }
}

/** Commands that ask IMDS or AWS, or may. */
const ASKS: ReadonlySet<Command["kind"]> = new Set([
  "apply",
  "plan",
  "check",
  "facts",
  "tune",
  "explain",
  "fleet",
  "seal",
]);

/** With what parbake's units get of systemd. A boot has it; an image that is mounted has a network of its own. */
async function withEnvironment({ kind }: Command, session: Session): Promise<Session> {
  if (session.options.root !== "/" || !ASKS.has(kind)) return session;
  if (kind === "apply" && runsAsUnit(session.environment, process.pid)) return session;
  if (!existsSync(ENVIRONMENT_FILE)) return session;
  return (await import("./commands/environment-file.ts")).withEnvironmentFile(session, ENVIRONMENT_FILE);
}

function stopOf({ deadline: { signal } }: Session): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => {
      const request = stopRequestOf({ signal });
      if (request !== null) reject(stopped(request, NOTHING_CHANGED));
    });
  });
}

async function runCommand({ command }: Invocation, session: Session, world: World): Promise<Ending> {
  switch (command.kind) {
    case "help":
      return (await import("./commands/run-help.ts")).runHelp(command, session);
    case "version":
      if (session.options.json) session.emit({ schema: 1, ...VERSIONS });
      else world.writeOut(`${formatVersion()}\n`);
      return "done";
    case "apply":
      return runsAsUnit(world.environment, process.pid) ? runUnit(command, session) : runApply(command, session);
    case "plan":
      return runPlan(command, session);
    case "check":
      return runCheck(command, session);
    case "facts":
      return runFacts(session);
    case "tune":
      return runTune(command, session);
    case "page":
      return (await import("./commands/run-page.ts")).runPage(command, session);
    case "explain":
      return runExplain(command, session);
    case "explain-error":
      return (await import("./commands/run-explain-error.ts")).runExplainError(command, session);
    case "status":
      return runStatus(command, session);
    case "ready":
      return runReady(command, session);
    case "analyze":
      return (await import("./commands/run-analyze.ts")).runAnalyze(command, session);
    case "logs":
      return (await import("./commands/run-logs.ts")).runLogs(command, session);
    case "confirm":
      return (await import("./commands/run-confirm.ts")).runConfirm(session);
    case "revert":
      return (await import("./commands/run-revert.ts")).runRevert(command, session);
    case "init":
      return (await import("./commands/run-init.ts")).runInit(command, session);
    case "fleet":
      return (await import("./commands/run-fleet.ts")).runFleet(command, session);
    case "templates":
      return (await import("./commands/run-templates.ts")).runTemplates(command, session);
    case "config":
      return (await import("./commands/run-config.ts")).runConfig(session);
    case "fmt":
      return (await import("./commands/run-fmt.ts")).runFmt(command, session);
    case "schema":
      return (await import("./commands/run-schema.ts")).runSchema(session);
    case "completion":
      return (await import("./commands/run-completion.ts")).runCompletion(command, session);
    case "profiles":
      return (await import("./commands/run-profiles.ts")).runProfiles(session);
    case "install":
      return (await import("./commands/run-install.ts")).runInstall(command, session);
    case "uninstall":
      return (await import("./commands/run-uninstall.ts")).runUninstall(command, session);
    case "seal":
      return (await import("./commands/run-seal.ts")).runSeal(command, session);
  }
}

/** A boot that nobody watches is tried again, unless that cannot help. */
async function tellRetries(failure: unknown, options: GlobalOptions | null, world: World): Promise<void> {
  const { noteFailure } = await import("./commands/retries.ts");
  const told = await noteFailure(options?.root ?? "/", failure);
  const format = chooseFormat(options?.logFormat ?? null, world);
  if (told !== null) world.writeError(formatEntry({ level: "warn", message: told, fields: {} }, format));
}

/** IMDS answers in a few milliseconds, Secrets Manager in some tens. To wait so long for one of them costs less than to take two
 * steps instead of one. */
const JOINING_MS = 50;

interface Opened {
  readonly session: Session;
  /** Called when the command is over. */
  readonly close: () => Promise<void>;
}

async function openSession({ command, options }: Invocation, overrun: Promise<never>, world: World): Promise<Opened> {
  const { environment, isTerminalError } = world;
  const format = chooseFormat(options.logFormat, world);
  const level = options.logLevel ?? (isTerminalError ? "warn" : "info");
  const isDumb = environment["TERM"] === "dumb";
  const terminal = isTerminalError && !isDumb && format === "text" ? new TerminalProgress(world.rewrite) : NO_PROGRESS;
  const isApply = command.kind === "apply";
  const hearts = isApply ? openHeartbeat(options.root, level, format, world) : null;
  const progress = hearts === null ? terminal : both(terminal, hearts.heartbeat);
  const paint = await openPaint(command, options, world);
  const [writeOut, writeError] = [after(terminal, world.writeOut), after(terminal, world.writeError)];
  // Where the console shows stderr, too, it gets what a run waits for and why it fails, and the journal alone the rest.
  const isApart = isApply && !options.json && format === "journal" && world.isErrorApart?.() === true;
  const log = createLog(level, format, isApart ? writeOut : writeError);
  const session: Session = {
    options,
    environment,
    inputs: new Inputs(options.root, isApply ? refusingUntrusted(log) : warningUntrusted(log)),
    deadline: startDeadline(options.deadlineMs, world.stop),
    end: startDeadline(options.deadlineMs),
    overrun,
    joiningMs: world.joiningMs ?? JOINING_MS,
    log,
    progress,
    say: (value, toWords) => writeOut(toWords(legible(value), paint)),
    emitText: writeOut,
    emitBytes: (bytes) => world.writeBytes?.(bytes),
    emit: (document, layout = "indented") => writeOut(`${shownJson(document, layout === "indented" ? 2 : 0)}\n`),
  };
  return { session, close: async () => hearts?.close() };
}

function after(progress: Progress, write: (text: string) => void): (text: string) => void {
  return (text) => {
    progress.clear();
    write(text);
  };
}

function emitError(error: unknown, { writeOut }: World): void {
  if (!(error instanceof Refusal)) return;
  const { code, problems, document } = error;
  writeOut(`${shownJson({ schema: 1, error: { code, status: statusOf(code), problems }, ...document }, 2)}\n`);
}
