// `parbake check`: config, templates, owners, validators and units, without any network: what a bake runs.

import type { Command } from "../cli/invocation.ts";
import { nameTypes, typesDocument } from "../cli/outcome.ts";
import { machineOf } from "../cli/print/print-differences.ts";
import { formatProblems } from "../cli/print/print-problems.ts";
import type { TunedMachine } from "../cli/print/print-tuning.ts";
import { formatCount } from "../cli/text.ts";
import { warnBelowUseful } from "../cli/warn-below-useful.ts";
import type { Config } from "../config/config.ts";
import { readDeclared, type DeclaredImage, type Image } from "../config/read/read-config.ts";
import type { Ending } from "../ending.ts";
import type { Facts } from "../facts/facts.ts";
import { Inputs } from "../host/inputs/inputs.ts";
import { warningUntrusted } from "../host/trust.ts";
import { checkImage } from "../inspect/check-image.ts";
import { eachOnce, type Problem } from "../refusal.ts";
import { checkSandbox } from "../sandbox/check-sandbox.ts";
import { leavingJunit, type TellOutcomes } from "./leave-junit.ts";
import { planEach, refuseProblems, type Planned } from "./make-plan.ts";
import { predictLaunches, predictMachines } from "./predict-machines.ts";
import type { Session } from "./session.ts";

const UNASKED = "as launchOn is not set";

type Check = Extract<Command, { kind: "check" }>;

export async function runCheck(command: Check, session: Session): Promise<Ending> {
  return leavingJunit(command.junit, "parbake.check", (tell) => check(command, session, tell));
}

async function check(command: Check, session: Session, tell: TellOutcomes): Promise<Ending> {
  const { options, emit, say } = session;
  const untrusted: Problem[] = [];
  const image = readImage(untrusted, session);
  const { by, machines: facts, launches } = chooseMachines(command, image.config);
  // A boot has no use for it.
  const { formatValidations, countPassed, validateMachines } = await import("./validate-machines.ts");
  const { warnImage, withWarnings } = await import("./warn-image.ts");
  const checked = withWarnings(checkEach(image, facts, options.root), warnImage(image, launches, options.root));
  const { planned, validations } = await validateMachines(checked, command, untrusted, session);
  tell(planned);
  const machines = planned.map(machineOf);
  if (!options.json && machines.length > 1) await sayMachines(machines, session);
  refuseProblems(planned, by === "default" ? UNASKED : null);
  const warnings = listWarnings(planned, machines);
  const { apps, secrets, files } = image.config;
  const counts = { apps: apps.length, secrets: secrets.length, files: files.length };
  const types = { typesOf: by, types: typesDocument(planned) };
  if (options.json)
    emit({ schema: 1, valid: true, ...counts, validations, warnings: [...untrusted, ...warnings], ...types });
  else {
    say(warnings, formatProblems);
    say(validations, formatValidations);
    const summary = `${describeCounts(counts)}${countPassed(validations)}, for ${describeTypes(planned, by)}`;
    say(summary, (text, paint) => `${paint.green("valid")}: ${text}\n`);
  }
  return "done";
}

function describeCounts(counts: Readonly<Record<"apps" | "secrets" | "files", number>>): string {
  const { apps, secrets, files } = counts;
  return `${formatCount(apps, "app")}, ${formatCount(secrets, "secret")}, ${formatCount(files, "file")}`;
}

function readImage(untrusted: Problem[], { options, log }: Session): DeclaredImage {
  const inputs = new Inputs(options.root, (problems) => {
    untrusted.push(...problems);
    warningUntrusted(log)(problems);
  });
  return readDeclared(options.configFile, options.root, inputs);
}

/** The machines that the check is for, and who has named them. */
interface Chosen {
  readonly by: "option" | "launchOn" | "default";
  readonly machines: readonly Facts[];
  /** Those that launchOn means, even where others are named. */
  readonly launches: readonly Facts[];
}

function chooseMachines({ machine }: Check, config: Config): Chosen {
  const named = machine.kind === "here" ? null : predictMachines(machine);
  // A pattern that no type matches is wrong whichever machines are asked about.
  const launches = predictLaunches(config);
  if (named !== null) return { by: "option", machines: named, launches };
  if (launches.length > 0) return { by: "launchOn", machines: launches, launches };
  // Rendering needs some machine. These are middling in every respect.
  const isArm = config.architectures.length > 0 && !config.architectures.includes("x86_64");
  const middling = { kind: "types", names: [isArm ? "m7g.large" : "m7i.large"] } as const;
  return { by: "default", machines: predictMachines(middling), launches };
}

function checkEach(image: Image, machines: readonly Facts[], root: string): readonly Planned[] {
  const planned = planEach(image, machines, null);
  // What the image must hold is the same for every machine.
  const plan = planned.find((each) => each.plan !== null)?.plan ?? null;
  const missing = plan === null ? [] : [...checkImage(plan, root), ...checkSandbox(image.config, root)];
  if (missing.length === 0) return planned;
  return planned.map((each) => ({ ...each, problems: [...each.problems, ...missing], code: each.code ?? "config" }));
}

async function sayMachines(machines: readonly TunedMachine[], { say }: Session): Promise<void> {
  const { formatMatrix } = await import("../cli/print/print-matrix.ts");
  say(machines, (all, paint) => formatMatrix(all, new Map(), false, paint));
}

// What is odd about the config or a template is so on every machine; what a share is too small for is not.
function listWarnings(planned: readonly Planned[], machines: readonly TunedMachine[]): readonly Problem[] {
  return [...eachOnce(planned.flatMap(({ plan }) => plan?.warnings ?? [])), ...warnBelowUseful(machines, true)];
}

function describeTypes(planned: readonly Planned[], by: Chosen["by"]): string {
  const types = planned.map(({ type }) => type);
  switch (by) {
    case "option":
      return nameTypes(types);
    case "launchOn":
      return `${formatCount(types.length, "type")} of launchOn`;
    case "default":
      return `${types.join("")} alone, ${UNASKED}: name the types that the image is for`;
  }
}
