// `parbake tune`: the tuning alone, of the config's image or of one profile that has the memory to itself.

import type { Command, TypeFilter } from "../cli/invocation.ts";
import { limitsOf } from "../cli/machine-limits.ts";
import { fitDocument, formatFit } from "../cli/print/print-fit.ts";
import { formatProblems } from "../cli/print/print-problems.ts";
import { formatSettings } from "../cli/print/print-settings.ts";
import { formatTuning, MOST_COLUMNS, tuningDocument, type TunedMachine } from "../cli/print/print-tuning.ts";
import { describeBelowUseful } from "../cli/warn-below-useful.ts";
import type { Config } from "../config/config.ts";
import { readConfig } from "../config/read/read-config.ts";
import type { Ending } from "../ending.ts";
import type { Facts } from "../facts/facts.ts";
import { findOtherArchitecture } from "../facts/other-architecture.ts";
import { predictFacts } from "../facts/predict-facts.ts";
import { compileBy } from "../process/v8-flags.ts";
import { Refusal } from "../refusal.ts";
import { allotAlone } from "../tuning/allot.ts";
import { type PreparedImage, prepareImage, tuneAlone, tuneImage } from "../tuning/compute-tuning.ts";
import { findProfile, unknownProfile } from "../tuning/resolve-app.ts";
import { gatherForTuning, gatherOne, nameMachine } from "./machine.ts";
import { listTypes, namePredicted, predictElsewhere, predictMachines } from "./predict-machines.ts";
import type { Session } from "./session.ts";

type Tune = Extract<Command, { kind: "tune" }>;
type Choice = Tune["machine"];

export async function runTune(command: Tune, session: Session): Promise<Ending> {
  if (command.profile !== null) return tuneProfile(command, command.profile, session);
  const { config } = readConfig(session.options.configFile, session.options.root, session.inputs);
  const { machine, html } = command;
  if (machine.kind === "all-types") return fitTypes(machine, config, session);
  return html === null ? tuneMachines(config, machine, session) : drawMachines(html, config, machine, session);
}

async function drawMachines(
  file: string,
  config: Config,
  choice: Exclude<Choice, { kind: "all-types" }>,
  session: Session,
) {
  const { writeTunePage } = await import("./run-page.ts");
  const profiles = config.apps.map(({ profile }) => profile);
  const isHere = choice.kind === "here" && predictElsewhere(config, session.options.root !== "/") === null;
  const here = isHere ? await gatherForTuning(profiles, session) : null;
  return writeTunePage(file, config, choice, here, session.log);
}

async function tuneMachines(config: Config, choice: Exclude<Choice, { kind: "all-types" }>, session: Session) {
  const { options, emit, say } = session;
  const profiles = config.apps.map(({ profile }) => profile);
  const launches = choice.kind === "here" ? predictElsewhere(config, options.root !== "/") : predictMachines(choice);
  const facts = launches ?? [await gatherForTuning(profiles, session)];
  const image = prepareInOrder(config);
  const nameOf = (each: Facts) =>
    choice.kind === "here" && launches ? namePredicted(each) : nameMachine(choice, each);
  const machines = facts.map((each) => tuneMachine(config, image, each, nameOf(each)));
  if (options.json) emit(tuningDocument(machines));
  else if (machines.length <= MOST_COLUMNS) say(machines, formatTuning);
  else say(machines, (await import("../cli/print/print-matrix.ts")).formatTuningOfMany);
  return machines.every(({ tuning }) => tuning !== null) ? "done" : "config";
}

/** @throws Refusal for what is wrong on every machine */
function prepareInOrder(config: Config): PreparedImage {
  const image = prepareImage(config);
  if (image.problems.length > 0) throw new Refusal("config", image.problems);
  return image;
}

/** All types are asked which of them fit: that some do not is an answer. */
function fitTypes(filter: TypeFilter, config: Config, { options, emit, say }: Session): Ending {
  const image = prepareInOrder(config);
  const types = listTypes(filter);
  compileBy("all");
  const machines = types.map((row) => tuneMachine(config, image, predictFacts(row), row.type));
  if (options.json) emit(fitDocument(machines, filter), "compact");
  else say(machines, (known, paint) => formatFit(known, filter, paint));
  return machines.some(({ tuning }) => tuning !== null) ? "done" : "config";
}

function tuneMachine(config: Config, image: PreparedImage, facts: Facts, type: string): TunedMachine {
  const { vcpus, memLimitBytes: memoryBytes } = facts;
  const machine = { type, vcpus, memoryBytes, ...limitsOf(facts) };
  const problems = findOtherArchitecture(config, facts);
  if (problems.length > 0) return { ...machine, misfit: "architecture", problems, tuning: null };
  const result = tuneImage(image, facts);
  if (result.kind === "tuned") return { ...machine, misfit: null, problems: [], tuning: result };
  return { ...machine, misfit: "memory", problems: result.problems, tuning: null };
}

const HERE = { kind: "here" } as const;

async function tuneProfile({ machine: choice, set }: Tune, name: string, session: Session): Promise<Ending> {
  const { options, emit, say } = session;
  const profile = findProfile(name);
  if (!profile) throw new Refusal("usage", unknownProfile(name));
  const here = choice.kind === "all-types" ? HERE : choice;
  const facts = await gatherOne(here, [name], "a profile is tuned", session);
  const allotment = allotAlone(profile, facts, choice.kind === "size");
  const result = tuneAlone(name, allotment, set);
  if (result.kind === "impossible") throw new Refusal(result.isMachines ? "config" : "usage", result.problems);
  const { memoryBytes, vcpus } = allotment;
  const { settings, belowUseful } = result;
  if (options.json) emit({ schema: 1, profile: name, memoryBytes, vcpus, settings, belowUseful });
  else {
    const ofBytes = profile.takesMemory ? facts.memLimitBytes : memoryBytes;
    say(settings, (known, paint) => formatSettings(known, { memoryBytes, ofBytes, ...limitsOf(facts) }, paint));
    say(
      belowUseful.map((below) => describeBelowUseful(name, below)),
      formatProblems,
    );
  }
  return "done";
}
