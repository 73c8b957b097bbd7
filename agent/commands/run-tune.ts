// `parbake tune`: the tuning alone, of the config's image or of one profile that has the memory to itself.

import type { Command } from "../cli/invocation.ts";
import { formatSettings, formatTuning, tuningDocument, type TunedMachine } from "../cli/print-tuning.ts";
import { readConfig } from "../config/read-config.ts";
import type { Config } from "../config/config.ts";
import type { Facts } from "../facts/facts.ts";
import { gatherHardware } from "../facts/gather-hardware.ts";
import { Refusal } from "../refusal.ts";
import { computeTuning, tuneAlone } from "../tuning/compute-tuning.ts";
import { predictMachines } from "./machine.ts";
import type { Session } from "./session.ts";

type Tune = Extract<Command, { kind: "tune" }>;

export function runTune(command: Tune, session: Session): number {
  return command.profile === null ? tuneImage(command, session) : tuneProfile(command, command.profile, session);
}

function tuneImage({ target }: Tune, { options, emit, say, paint }: Session): number {
  const config = readConfig(options.configFile, options.root);
  const machines = machinesOf(target).map((facts) => tuneMachine(config, facts));
  if (options.json) emit(tuningDocument(machines));
  else say(formatTuning(machines, paint));
  return 0;
}

// The tuning of this machine needs no IMDS: memory and CPUs are the kernel's to say.
function machinesOf(target: Tune["target"]): readonly (Pick<Facts, "instanceType"> & MachineFacts)[] {
  if (target.kind === "here") return [{ ...gatherHardware().facts, instanceType: null }];
  return predictMachines(target);
}

type MachineFacts = Parameters<typeof computeTuning>[1];

export function tuneMachine(config: Config, facts: Pick<Facts, "instanceType"> & MachineFacts): TunedMachine {
  const result = computeTuning(config, facts);
  const machine = { type: facts.instanceType ?? "here", vcpus: facts.vcpus, memoryBytes: facts.memLimitBytes };
  if (result.kind === "impossible") return { ...machine, problems: result.problems, tuning: null };
  return { ...machine, problems: [], tuning: result };
}

function tuneProfile({ target, set }: Tune, profile: string, { options, emit, say, paint }: Session): number {
  if (target.kind === "types" && target.names.length > 1) {
    throw new Refusal("usage", {
      what: "a profile is tuned for one machine at a time",
      fix: "Name one instance type.",
    });
  }
  const { memLimitBytes, vcpus, cores, architecture } = machinesOf(target)[0]!;
  const result = tuneAlone(profile, { memoryBytes: memLimitBytes, vcpus, cores, architecture, network: null }, set);
  if (result.kind === "impossible") throw new Refusal("usage", result.problems);
  const { settings } = result;
  if (options.json) emit({ schema: 1, profile, memoryBytes: memLimitBytes, vcpus, settings });
  else say(formatSettings(settings, paint));
  return 0;
}
