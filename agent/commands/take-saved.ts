// A plan that somebody saved, for `apply --plan`: refused where this is not the machine that it was made for.

import { knownInstanceFacts, refuseOtherFacts, refusePredicted } from "../facts/compare-facts.ts";
import { readSavedPlan } from "../inspect/read-saved-plan.ts";
import { refuseMovedOn } from "../inspect/saved-plan.ts";
import { Refusal, type Problem } from "../refusal.ts";
import type { Made, Run } from "./apply-run.ts";
import { findBake } from "./bake.ts";
import { gatherHere, withFileSystems } from "./machine.ts";
import { noteImage, noteAmi } from "./note-image.ts";
import { findCredentials, openSecrets } from "./open-secrets.ts";
import { tellPlan } from "./tell-plan.ts";

export async function takeSaved(file: string, run: Run): Promise<Made> {
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

function madeElsewhere(bake: string): Problem {
  return {
    what: `the plan was made by what IMDS said, and this is a bake (${bake}), where parbake does not ask it`,
    fix: "Make the plan here: parbake plan --bake --json > FILE.",
  };
}
