// What an image's config makes each unit wait for, and which secrets AWS must have for it: read from the plan of the image.

import { join } from "node:path";
import type { Plan, SecretStep, Step } from "../../agent/plan/plan.ts";
import { unitsOf } from "../../agent/plan/unit-needs.ts";
import { WAVES, type Wave } from "../../agent/plan/waves.ts";
import { run } from "./program.ts";

type PlannedStep = Step & { readonly wave: Wave };

export interface UnitNeeds {
  readonly unit: string;
  /** What decides the last thing that it needs. */
  readonly wave: Wave;
  /** By their ids. */
  readonly secrets: readonly string[];
}

export interface ImageNeeds {
  readonly units: readonly UnitNeeds[];
  readonly secrets: readonly SecretStep[];
}

const TOP = join(import.meta.dirname, "../..");

/** @throws Error with what parbake says, where the config is no good */
export async function readNeeds(root: string, instanceType: string): Promise<ImageNeeds> {
  const plan = ["plan", "--root", root, "--bake", "--json", "--instance-type", instanceType];
  const said = await run([join(TOP, "scripts/node"), join(TOP, "agent/main.ts"), ...plan], { timeoutMs: 300_000 });
  const { plans }: { plans: readonly (Plan & { readonly steps: readonly PlannedStep[] })[] } = JSON.parse(said);
  const { steps, secretsFolder } = plans[0]!;
  const secrets = steps.filter((step) => step.kind === "secret");
  const units = new Set(steps.flatMap(unitsOf));
  return { units: [...units].map((unit) => needsOf(unit, steps, secrets, secretsFolder)), secrets };
}

function needsOf(
  unit: string,
  steps: readonly PlannedStep[],
  secrets: readonly SecretStep[],
  secretsFolder: string,
): UnitNeeds {
  const own = steps.filter((step) => unitsOf(step).includes(unit));
  const wave = WAVES.findLast((each) => own.some((step) => step.wave === each)) ?? "secrets";
  return { unit, wave, secrets: [...new Set(own.flatMap((step) => secretsOf(step, secrets, secretsFolder)))] };
}

function secretsOf(step: Step, secrets: readonly SecretStep[], secretsFolder: string): string[] {
  if (step.kind === "secret") return [step.id];
  if (step.kind === "folder" || !step.path.startsWith(`${secretsFolder}/`)) return [];
  const named = step.content.flatMap((part) => (typeof part === "string" ? [] : [JSON.stringify(part)]));
  return secrets.filter(({ name }) => named.some((part) => part.includes(`"${name}"`))).map(({ id }) => id);
}

/** What the emulator gives for each of them: every key that the config reads, with a value that is nobody's. */
export function makeUpSecrets(secrets: readonly SecretStep[]): { name: string; versions: { string: string }[] }[] {
  const byId = new Map<string, SecretStep["keys"][number][]>();
  for (const { id, keys } of secrets) byId.set(id, [...(byId.get(id) ?? []), ...keys]);
  return [...byId].map(([id, keys]) => ({ ...nameSecret(id), versions: [{ string: makeUp(keys) }] }));
}

function nameSecret(id: string): { name: string; arn?: string } {
  const name = /^arn:[^:]+:secretsmanager:[^:]+:\d+:secret:(.+)-\w{6}$/.exec(id)?.[1];
  return name === undefined ? { name: id } : { name, arn: id };
}

function makeUp(keys: SecretStep["keys"]): string {
  if (keys.every(({ key, pointer }) => key === "." && pointer === undefined)) return "simulated";
  const value: Record<string, unknown> = {};
  for (const { key, pointer } of keys)
    if (key !== "." || pointer !== undefined) put(value, pointer?.split("/").slice(1) ?? [key]);
  return JSON.stringify(value);
}

function put(folder: Record<string, unknown>, [name = "", ...rest]: readonly string[]): void {
  const key = name.replaceAll("~1", "/").replaceAll("~0", "~");
  if (rest.length === 0) folder[key] ??= "simulated";
  else put((folder[key] ??= {}) as Record<string, unknown>, rest);
}
