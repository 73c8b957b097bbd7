// `parbake explain`: why an app of the config has its share and a setting its value, here or on any machine.

import type { Ending } from "../ending.ts";
import type { Command } from "../cli/invocation.ts";
import { explainDocument, type Explanation, formatExplanation } from "../cli/print/print-explanation.ts";
import { limitsOf } from "../cli/machine-limits.ts";
import type { Config } from "../config/config.ts";
import type { Facts } from "../facts/facts.ts";
import { suggest } from "../nearest.ts";
import { Refusal } from "../refusal.ts";
import { computeTuning } from "../tuning/compute-tuning.ts";
import { explainShare, findLevers } from "../tuning/explain.ts";
import type { Setting } from "../tuning/profile/profile.ts";
import { resolveApp, type ResolvedApp } from "../tuning/resolve-app.ts";
import { readConfig } from "../config/read/read-config.ts";
import { gatherOne, nameMachine } from "./machine.ts";
import type { Session } from "./session.ts";
import type { AppPlan } from "../tuning/tuning.ts";

type Explain = Extract<Command, { kind: "explain" }>;

export async function runExplain(command: Explain, session: Session): Promise<Ending> {
  const { options, emit, say } = session;
  const { config } = readConfig(session.options.configFile, session.options.root, session.inputs);
  checkApp(command.app, config);
  const profiles = config.apps.map(({ profile }) => profile);
  const facts = await gatherOne(command.machine, profiles, "explain is", session);
  const explanation = explain(command, config, facts);
  if (options.json) emit(explainDocument(explanation));
  else say(explanation, formatExplanation);
  return "done";
}

function checkApp(name: string, { apps }: Config): void {
  const names = apps.map((app) => app.name);
  if (names.includes(name)) return;
  throw new Refusal("usage", { what: `the config has no app '${name.slice(0, 80)}'`, fix: suggest(name, names) });
}

/** @throws Refusal where the machine can't be tuned, or the app has no such setting */
function explain(command: Explain, config: Config, facts: Facts): Explanation {
  const tuning = computeTuning(config, facts);
  if (tuning.kind === "impossible") throw new Refusal("config", tuning.problems);
  const isLeftOut = tuning.budget.leftOut.includes(command.app);
  const app = [...tuning.apps, ...tuning.absent].find(({ name }) => name === command.app)!;
  const found = command.setting === null ? null : findSetting(command.setting, app);
  const share = explainShare(
    config,
    facts,
    tuning.budget,
    tuning.demands,
    isLeftOut ? { ...app, memoryBytes: 0 } : app,
  );
  const machine = nameMachine(command.machine, facts);
  const common = { machine, machineVcpus: facts.vcpus, ...limitsOf(facts), app, share, leftOut: tuning.budget.leftOut };
  if (found === null || isLeftOut) return { kind: "app", ...common };
  const { profile, options } = resolveApp(config.apps.find((each) => each.name === app.name)!) as ResolvedApp;
  const [name, setting] = found;
  const levers = findLevers(profile, tuning.allotments.get(app.name)!, options, name);
  return { kind: "setting", ...common, name, setting, levers };
}

/** By its name, or by the key that the name stands for: `vm.swappiness` is `vm_swappiness`. */
function findSetting(name: string, { name: app, settings }: AppPlan): readonly [name: string, setting: Setting] {
  const key = name.replaceAll(/[.-]/g, "_");
  const found = Object.entries(settings).find(([known]) => known === name || known === key);
  if (found !== undefined) return found;
  throw new Refusal("usage", {
    what: `${app} has no setting '${name.slice(0, 80)}'`,
    fix: suggest(name, Object.keys(settings)),
  });
}
