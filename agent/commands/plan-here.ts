// What `apply` is to do on this machine: the plan, as soon as there is something to apply, and what its run needs beside it.

import type { Credentials } from "../aws/credentials.ts";
import type { SecretsSource } from "../aws/secrets-manager/secrets-manager.ts";
import { readConfig, type Image } from "../config/read/read-config.ts";
import type { Facts, InstanceFacts } from "../facts/facts.ts";
import { readAssetTag } from "../facts/hardware/asset-tag.ts";
import { selectSteps } from "../plan/select-steps.ts";
import { compileBy } from "../process/v8-flags.ts";
import { RunRecord } from "../report/run-record.ts";
import { settlesWithin } from "../settles-within.ts";
import type { ApplyCommand, Made, Run } from "./apply-run.ts";
import { findBakeOf, withoutImds } from "./bake.ts";
import { gatherFor, planFor } from "./make-plan.ts";
import { noteImage, noteAmi } from "./note-image.ts";
import { noteMachine } from "./note-machine.ts";
import { findCredentials, openSecrets } from "./open-secrets.ts";
import { planEarly } from "./plan-early.ts";
import { tellPlan } from "./tell-plan.ts";

/** From here on plain machine code pays: with 60 files it saves a tenth of the time on the clock. */
const MANY_FILES = 30;

/** @param setMetrics hears where the metrics go as soon as the config says it: whatever fails after that is told there */
export async function planHere(run: Run, setMetrics: (path: string | null) => void): Promise<Made> {
  const { command, session, record, imds } = run;
  const { configFile, root } = session.options;
  const image = await record.time("config", () => readConfig(configFile, root, session.inputs));
  const { secrets, metrics } = image.config;
  setMetrics(metrics);
  const by = findBakeOf(image.config, command, session);
  // A bake is no boot of its image.
  if (by === null) noteImage(image.config.maxImageAge, root, record, session.log);
  const wantsSecrets = by === null && secrets.length > 0 && command.only !== "files" && command.only !== "tuning";
  const credentials = fetchAhead(() => findCredentials(session, imds), wantsSecrets);
  const whole = makeWhole(image, by, credentials, run);
  const isOne = by !== null || command.only !== null || command.confirmMs !== null;
  // An IMDS that refuses at once has not answered either: what the hardware decides goes first.
  const answered = whole.catch(() => new Promise<never>(() => {}));
  const isWhole = isOne || (await settlesWithin(answered, session.joiningMs));
  return isWhole ? whole : makeEarly(image, whole, run);
}

async function makeWhole(
  image: Image,
  by: string | null,
  credentials: () => Promise<Credentials>,
  run: Run,
): Promise<Made> {
  const { command, session, record, imds } = run;
  // What a mounted image says of a machine is not of this one, and a bake's is not of those that start from it.
  const isOwn = by === null && session.options.root === "/";
  const assetTag = isOwn ? readAssetTag("/") : null;
  const facts = await record.time("facts", () =>
    by === null
      ? gatherFor(image, session, imds, moreFacts(record, isOwn && assetTag === null))
      : gatherFor(withoutImds(image), session, null),
  );
  noteAmi(record, facts);
  if (isOwn) noteMachine(record, facts, assetTag, "/", session.log);
  if (image.config.files.length > MANY_FILES) compileBy("plain");
  const { plan, bake } = await record.time("plan", () => planAs(by, image, facts, command));
  tellPlan(plan, session, record);
  const { aws, metrics } = image.config;
  const source = openSecrets(session, credentials, facts, aws, () => record.retries.secretsManager++, record.timeStep);
  return { plan, source, metrics, bake };
}

function moreFacts({ image }: RunRecord, needsId: boolean): readonly (keyof InstanceFacts)[] {
  return [...(image === null ? [] : (["amiId"] as const)), ...(needsId ? (["instanceId"] as const) : [])];
}

/** IMDS makes the run wait: what the hardware decides goes first. */
async function makeEarly(image: Image, whole: Promise<Made>, { session, record }: Run): Promise<Made> {
  const wholePlan = whole.then((made) => made.plan);
  // Whoever awaits it gets the error, which may be there before anybody does.
  wholePlan.catch(() => undefined);
  const plan = await record.time("plan", () => planEarly(image, session));
  if (plan === null) return whole;
  session.log("info", "IMDS has not told of this machine yet: what the hardware alone decides goes first");
  const source: SecretsSource = {
    fetchSecret: async (step) => (await whole).source.fetchSecret(step),
    describeSecret: async (step) => (await whole).source.describeSecret(step),
    close: () => void whole.then((made) => made.source.close()).catch(() => undefined),
  };
  return { plan, whole: wholePlan, source, metrics: image.config.metrics, bake: null };
}

/** @param by what says that this is a bake; null: it is none */
async function planAs(
  by: string | null,
  image: Image,
  facts: Facts,
  { only }: ApplyCommand,
): Promise<Pick<Made, "plan" | "bake">> {
  if (by === null) return { plan: selectSteps(planFor(image, facts), only), bake: null };
  const { planForBake } = await import("./plan-for-bake.ts");
  const { plan, ofInstance } = planForBake(image, facts);
  return { plan: selectSteps(plan, only), bake: { by, ofInstance } };
}

/** The first credentials are on their way while the plan is made; those that replace them are fetched when they are asked for. */
function fetchAhead(fetch: () => Promise<Credentials>, isWanted: boolean): () => Promise<Credentials> {
  let ahead = isWanted ? fetch() : null;
  // Whoever asks for them gets the error; a run that ends before may ignore it.
  ahead?.catch(() => undefined);
  return () => {
    const credentials = ahead ?? fetch();
    ahead = null;
    return credentials;
  };
}
