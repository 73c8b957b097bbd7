// `parbake check`: config, templates, owners, validators and units, without any network: what a bake runs.

import type { Command } from "../cli/invocation.ts";
import { formatProblems } from "../cli/print/print-problems.ts";
import { formatCount } from "../cli/text.ts";
import { warnBelowUseful } from "../cli/warn-below-useful.ts";
import { readConfig } from "../config/read/read-config.ts";
import type { Ending } from "../ending.ts";
import { Inputs } from "../host/inputs/inputs.ts";
import { warningUntrusted } from "../host/trust.ts";
import { checkImage } from "../inspect/check-image.ts";
import { eachOnce, Refusal, type Problem } from "../refusal.ts";
import { nameMachine, predictMachines } from "./machine.ts";
import { planMachines } from "./make-plan.ts";
import type { Session } from "./session.ts";

// Rendering needs some machine. This one is middling in every respect; --instance-type names the image's own.
const DEFAULT_TYPES = { kind: "types", names: ["m7i.large"] } as const;
const DEFAULT_NAME = `${DEFAULT_TYPES.names[0]}, as no machine is named`;

export function runCheck(
  { machine: choice }: Extract<Command, { kind: "check" }>,
  { options, emit, say, log }: Session,
): Ending {
  const untrusted: Problem[] = [];
  const inputs = new Inputs(options.root, (problems) => {
    untrusted.push(...problems);
    warningUntrusted(log)(problems);
  });
  const image = readConfig(options.configFile, options.root, inputs);
  const isDefault = choice.kind === "here";
  const chosen = isDefault ? DEFAULT_TYPES : choice;
  const plans = planMachines(image, predictMachines(chosen), null, isDefault ? () => DEFAULT_NAME : undefined);
  // What the image must hold is the same for every machine.
  const problems = plans.slice(0, 1).flatMap((plan) => checkImage(plan, options.root));
  if (problems.length > 0) throw new Refusal("config", problems);
  const { apps, secrets, files } = image.config;
  const machines = plans.map((plan) => ({ type: nameMachine(chosen, plan.facts), tuning: plan }));
  // What is odd about the config or a template is so on every machine; what a share is too small for is not.
  const warnings = [...eachOnce(plans.flatMap((plan) => plan.warnings)), ...warnBelowUseful(machines, true)];
  if (options.json) {
    emit({
      schema: 1,
      valid: true,
      apps: apps.length,
      secrets: secrets.length,
      files: files.length,
      warnings: [...untrusted, ...warnings],
    });
  } else {
    say(warnings, formatProblems);
    const counts = `${formatCount(apps.length, "app")}, ${formatCount(secrets.length, "secret")}, ${formatCount(files.length, "file")}`;
    say(
      `${counts}, for ${isDefault ? DEFAULT_NAME : machines.map(({ type }) => type).join(", ")}`,
      (text, paint) => `${paint.green("valid")}: ${text}\n`,
    );
  }
  return "done";
}
