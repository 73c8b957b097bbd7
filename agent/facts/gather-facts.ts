// Facts of the machine that parbake runs on: the kernel's at once, IMDS's as the config's policy wants them.

import type { Config } from "../config/config.ts";
import type { Deadline } from "../deadline.ts";
import type { Log } from "../log.ts";
import { Refusal } from "../refusal.ts";
import type { Facts } from "./facts.ts";
import { gatherHardware } from "./gather-hardware.ts";
import type { Instance } from "./gather-instance.ts";
import { NoImds } from "./imds/imds-problems.ts";
import { UNKNOWN_INSTANCE } from "./unknown-instance.ts";

// How long a machine that may do without IMDS waits for it: a healthy one answers in milliseconds, a network that is
// still coming up in a boot takes a second or two.
const OPTIONAL_PATIENCE_MS = 5_000;

/**
 * @param instance the reads of IMDS, already under way; null where IMDS is switched off by AWS_EC2_METADATA_DISABLED
 * @throws Refusal `unavailable` where the policy is `required` and IMDS does not answer
 */
export async function gatherFacts(
  policy: Config["imds"],
  instance: Promise<Instance> | null,
  { deadline, log }: { readonly deadline: Deadline; readonly log: Log },
): Promise<Facts> {
  const hardware = gatherHardware();
  const answer = await (policy === "required" ? requireInstance(instance) : tryInstance(instance, deadline, log));
  return {
    ...answer.facts,
    ...hardware.facts,
    network: null,
    cpuBaselinePercent: null,
    fileSystems: null,
    origins: { ...answer.origins, ...hardware.origins },
  };
}

async function requireInstance(instance: Promise<Instance> | null): Promise<Instance> {
  if (instance !== null) return instance.catch(adviseOptional);
  const what = "AWS_EC2_METADATA_DISABLED is set, but the config requires IMDS (`imds: required`, the default)";
  throw new Refusal("unavailable", { what, fix: "Unset it, or let the config say `imds: optional`." });
}

function adviseOptional(error: unknown): never {
  throw error instanceof NoImds ? error.withAlternative() : error;
}

async function tryInstance(instance: Promise<Instance> | null, deadline: Deadline, log: Log): Promise<Instance> {
  const unknown: Instance = { facts: UNKNOWN_INSTANCE, origins: {} };
  if (instance === null) return unknown;
  // Half of what is left, for the secrets come after it.
  const patienceMs = Math.min(OPTIONAL_PATIENCE_MS, deadline.remainingMs() / 2);
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), patienceMs)));
  try {
    const answer = await Promise.race([instance, tooLate]);
    if (answer !== null) return answer;
    log("warn", "IMDS does not answer; going on with the hardware alone: it is optional here");
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    log("warn", `${error.message} Going on with the hardware alone: IMDS is optional here.`);
  } finally {
    clearTimeout(timer);
  }
  return unknown;
}
