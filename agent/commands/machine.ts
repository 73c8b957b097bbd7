// The machine that a command is about: this one, or one that does not exist yet.

import type { MachineChoice } from "../cli/invocation.ts";
import type { Config } from "../config/config.ts";
import { findInstanceType } from "../facts/catalogue/catalogue.ts";
import type { Facts, InstanceFacts, Origin } from "../facts/facts.ts";
import { gatherFacts } from "../facts/gather-facts.ts";
import { gatherInstance } from "../facts/gather-instance.ts";
import { measureFileSystems } from "../facts/hardware/file-systems.ts";
import { createImdsClient, type ImdsClient } from "../facts/imds/imds-client.ts";
import { resolveImdsEndpoints } from "../facts/imds/imds-endpoint.ts";
import { factsOfType } from "../facts/predict-facts.ts";
import { Refusal } from "../refusal.ts";
import { formatBytes } from "../size.ts";
import { UNTIMED, type TimeStep } from "../time-step.ts";
import { PROFILES } from "../tuning/profiles.ts";
import { predictMachines } from "./predict-machines.ts";
import type { Session } from "./session.ts";

/** Opens IMDS for the run; null where the environment switches it off. */
export async function openImds(
  { environment, deadline, log }: Session,
  onRetry: () => void = () => {},
  time: TimeStep = UNTIMED,
): Promise<ImdsClient | null> {
  const endpoints = resolveImdsEndpoints(environment);
  const imds = endpoints === null ? null : createImdsClient({ endpoints, deadline, log, onRetry, time });
  if (imds === null) return null;
  // The request for the token leaves at the event loop's next turn, and is on its way while the config is read.
  imds.prepare();
  await new Promise((resume) => setImmediate(resume));
  return imds;
}

/** @param wanted asked of IMDS; the other facts of the instance stay null */
export async function gatherHere(
  session: Session,
  imds: ImdsClient | null,
  policy: Config["imds"],
  wanted?: readonly (keyof InstanceFacts)[],
): Promise<Facts> {
  const instance = imds === null ? null : gatherInstance(imds, wanted);
  return gatherFacts(policy, instance, session);
}

/**
 * This machine as tuning needs it, which is the kernel's to say; IMDS is asked only where an app is tuned by its network.
 * Unlike `gatherHere` it never fails for want of IMDS.
 */
export async function gatherForTuning(profiles: readonly string[], session: Session): Promise<Facts> {
  const { root } = session.options;
  if (!needsNetwork(profiles)) return withTuned(await gatherFacts("optional", null, session), profiles, root);
  const imds = await openImds(session);
  try {
    return withTuned(await gatherHere(session, imds, "optional", ["instanceType"]), profiles, root);
  } finally {
    imds?.close();
  }
}

/** With the facts that are read only where one of these profiles is tuned by them. */
export function withTuned(facts: Facts, profiles: readonly string[], root: string): Facts {
  const known = needsNetwork(profiles) ? withCatalogue(facts) : facts;
  const folders = profiles.flatMap((name) => PROFILES.get(name)?.dataFolder ?? []);
  // An image's disks are not those of the machine that mounts it.
  return root === "/" && folders.length > 0 ? withFileSystems(known, [...new Set(folders)]) : known;
}

export function withFileSystems(facts: Facts, folders: readonly string[]): Facts {
  const origin: Origin = { source: "kernel", detail: `statfs of ${folders.join(", ")}` };
  return {
    ...facts,
    fileSystems: measureFileSystems(folders),
    origins: { ...facts.origins, fileSystems: origin },
  };
}

function needsNetwork(profiles: readonly string[]): boolean {
  return profiles.some((name) => PROFILES.get(name)?.needsNetwork === true);
}

/** With what only the catalogue knows, if it knows the type: a newer type than the catalogue is tuned without. */
export function withCatalogue(facts: Facts): Facts {
  const row = facts.instanceType === null ? null : findInstanceType(facts.instanceType);
  if (row === null) return facts;
  const { facts: ofType, origins } = factsOfType(row);
  return { ...facts, ...ofType, origins: { ...facts.origins, ...origins } };
}

/**
 * The one machine that the choice names.
 * @param subject what is done for one machine at a time: `explain is`
 */
export async function gatherOne(
  choice: MachineChoice,
  profiles: readonly string[],
  subject: string,
  session: Session,
): Promise<Facts> {
  if (choice.kind === "here") return gatherForTuning(profiles, session);
  const [machine, ...others] = predictMachines(choice);
  if (machine !== undefined && others.length === 0) return machine;
  throw new Refusal("usage", {
    what: `${subject} for one machine at a time`,
    fix: "Name one instance type, without a pattern.",
  });
}

/** What to call a machine that a person asked about. */
export function nameMachine(choice: MachineChoice, { instanceType, memLimitBytes }: Facts): string {
  switch (choice.kind) {
    case "here":
      return "here";
    case "types":
      return instanceType ?? "a type";
    case "size":
      return formatBytes(memLimitBytes);
  }
}
