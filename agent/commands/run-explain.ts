// `parbake explain`: why an app of the config has its share and a setting its value, here or on any machine.

import type { Command } from "../cli/invocation.ts";
import { limitsOf } from "../cli/machine-limits.ts";
import { explainDocument, type Explanation, formatExplanation } from "../cli/print/print-explanation.ts";
import type { AppConfig, Config } from "../config/config.ts";
import { readConfig } from "../config/read/read-config.ts";
import type { Ending } from "../ending.ts";
import type { Facts } from "../facts/facts.ts";
import { suggest } from "../nearest.ts";
import { Refusal } from "../refusal.ts";
import { computeTuning } from "../tuning/compute-tuning.ts";
import { explainShare, findLevers } from "../tuning/explain.ts";
import type { Profile, Setting } from "../tuning/profile/profile.ts";
import { resolveApp } from "../tuning/resolve-app.ts";
import type { AppPlan } from "../tuning/tuning.ts";
import { gatherOne, nameMachine } from "./machine.ts";
import { namePredicted, predictElsewhere } from "./predict-machines.ts";
import type { Session } from "./session.ts";

type Explain = Extract<Command, { kind: "explain" }>;

export async function runExplain(command: Explain, session: Session): Promise<Ending> {
  const { options, emit, say } = session;
  const { config } = readConfig(session.options.configFile, session.options.root, session.inputs);
  const app = findApp(command.app, config);
  const profiles = config.apps.map(({ profile }) => profile);
  const isElsewhere = command.machine.kind === "here" && options.root !== "/";
  const [launch, ...others] = predictElsewhere(config, isElsewhere) ?? [];
  const facts = launch ?? (await gatherOne(command.machine, profiles, "explain is", session));
  const machine = launch === undefined ? nameMachine(command.machine, facts) : namePredicted(launch);
  const explanation = { ...explain(command, app, config, facts, machine), otherLaunches: others.length };
  if (options.json) emit(explainDocument(explanation));
  else say(explanation, formatExplanation);
  return "done";
}

function findApp(name: string, { apps }: Config): AppConfig {
  const found = apps.find((app) => app.name === name);
  if (found !== undefined) return found;
  const fix = suggest(
    name,
    apps.map((app) => app.name),
  );
  throw new Refusal("usage", { what: `the config has no app '${name.slice(0, 80)}'`, fix });
}

/** @throws Refusal where the machine can't be tuned, or the app has no such setting */
function explain(command: Explain, declared: AppConfig, config: Config, facts: Facts, machine: string): Explanation {
  const tuning = computeTuning(config, facts);
  if (tuning.kind === "impossible") throw new Refusal("config", tuning.problems);
  const isLeftOut = tuning.budget.leftOut.includes(command.app);
  const app = [...tuning.apps, ...tuning.absent].find(({ name }) => name === declared.name);
  const resolved = resolveApp(declared);
  const allotment = tuning.allotments.get(declared.name);
  if (app === undefined || resolved.kind === "refused" || allotment === undefined)
    throw new Error(`${declared.name} is tuned, and its tuning is not there`);
  const found = command.setting === null ? null : findSetting(command.setting, app, resolved.profile);
  const share = explainShare(
    config,
    facts,
    tuning.budget,
    tuning.demands,
    isLeftOut ? { ...app, memoryBytes: 0 } : app,
  );
  const common = { machine, machineVcpus: facts.vcpus, ...limitsOf(facts), app, share, leftOut: tuning.budget.leftOut };
  if (found === null || isLeftOut) return { kind: "app", ...common };
  const [name, setting] = found;
  const levers = findLevers(resolved.profile, allotment, resolved.options, name);
  return { kind: "setting", ...common, name, setting, levers };
}

/** By its name, or by the key that the name stands for: `vm.swappiness` is `vm_swappiness`. */
function findSetting(
  name: string,
  { name: app, settings, limits = {} }: AppPlan,
  { leavesAlone = {} }: Profile,
): readonly [name: string, setting: Setting] {
  const key = name.replaceAll(/[.-]/g, "_");
  const all = { ...settings, ...limits };
  const found = Object.entries(all).find(([known]) => known === name || known === key);
  if (found !== undefined) return found;
  const why = Object.hasOwn(leavesAlone, name) ? leavesAlone[name] : undefined;
  if (why !== undefined)
    throw new Refusal("usage", { what: `${app} leaves ${name} alone: ${why}`, fix: "It needs no setting." });
  throw new Refusal("usage", {
    what: `${app} has no setting '${name.slice(0, 80)}'`,
    fix: suggest(name, Object.keys(all)),
  });
}
