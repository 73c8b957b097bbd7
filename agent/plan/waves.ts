// In which wave of a run each step is applied: by what must be known for it. What belongs together stays together: a unit's files
// and secrets, so that it is told once and starts with all of them, and a file with those that it names, which its validator may
// open. Pure.

import { isHandOff } from "../config/hand-off-path.ts";
import { isBelow } from "../names/plain-path.ts";
import { namesPath } from "./names-path.ts";
import type { FileStep, Plan, Step } from "./plan.ts";
import { unitsOf, withTemplate } from "./unit-needs.ts";

/** `hardware`: what /proc and the config decide, without any network. `instance`: what IMDS decides. `secrets`: what holds a
 * secret, or names the file of one. */
export const WAVES = ["hardware", "instance", "secrets"] as const;

export type Wave = (typeof WAVES)[number];

export type WaveByStep = ReadonlyMap<Step, Wave>;

/** Folders are in the first wave, but for those below the secrets folder. */
export function wavesOf(plan: Plan): WaveByStep {
  const waves = new Map(plan.steps.map((step) => [step, ownWave(step, plan)]));
  // Where all are of the first, none is later than another.
  for (let isSettled = !hasLater(waves); !isSettled;) {
    isSettled = true;
    const byUnit = latestByUnit(waves);
    const files = laterFiles(waves);
    for (const [step, wave] of waves) {
      const ofUnits = unitsOf(step)
        .flatMap(withTemplate)
        .map((unit) => byUnit.get(unit) ?? wave);
      const latest = latestOf([wave, ...ofUnits, ...wavesNamed(step, wave, files)]);
      if (latest === wave) continue;
      waves.set(step, latest);
      isSettled = false;
    }
  }
  return waves;
}

function hasLater(waves: WaveByStep): boolean {
  return [...waves.values()].some((wave) => wave !== "hardware");
}

/** A file that another may name. */
interface Named {
  readonly path: string;
  readonly wave: Wave;
}

function laterFiles(waves: WaveByStep): readonly Named[] {
  const files: Named[] = [];
  for (const [step, wave] of waves)
    if (step.kind === "file" && wave !== "hardware") files.push({ path: step.path, wave });
  return files;
}

function isLater(wave: Wave, than: Wave): boolean {
  return WAVES.indexOf(wave) > WAVES.indexOf(than);
}

/** The plan without what is of a later wave. */
export function upTo(last: Wave, plan: Plan): Plan {
  const waves = wavesOf(plan);
  const steps = plan.steps.filter((step) => !isLater(waves.get(step) ?? last, last));
  return { ...plan, part: plan.part ?? "possible", steps };
}

function latestOf(waves: readonly Wave[]): Wave {
  return waves.reduce((latest, wave) => (isLater(wave, latest) ? wave : latest), "hardware");
}

function latestByUnit(waves: WaveByStep): ReadonlyMap<string, Wave> {
  const byUnit = new Map<string, Wave>();
  for (const [step, wave] of waves)
    for (const unit of unitsOf(step)) byUnit.set(unit, latestOf([wave, byUnit.get(unit) ?? wave]));
  return byUnit;
}

function ownWave(step: Step, { secretsFolder }: Plan): Wave {
  switch (step.kind) {
    case "secret":
      return "secrets";
    case "folder":
      return isBelow(secretsFolder, step.path) ? "secrets" : "hardware";
    case "file":
      if (isOfSecrets(step, secretsFolder)) return "secrets";
      return step.ofInstance === true ? "instance" : "hardware";
  }
}

/** All files of the secrets folder change in one rename; and a drop-in that hands over a secret belongs to it. */
function isOfSecrets({ path, content }: FileStep, secretsFolder: string): boolean {
  const inside = `${secretsFolder.replace(/\/+$/, "")}/`;
  return (
    isBelow(secretsFolder, path) ||
    isHandOff(path) ||
    content.some((part) => typeof part !== "string" || part.includes(inside))
  );
}

/** The later waves of the files that a file's text names. */
function wavesNamed(step: Step, wave: Wave, files: readonly Named[]): Wave[] {
  if (step.kind !== "file" || wave === "secrets") return [];
  return files.filter((other) => isLater(other.wave, wave) && isNamedIn(step, other.path)).map((other) => other.wave);
}

function isNamedIn({ content }: FileStep, path: string): boolean {
  return content.some((part) => typeof part === "string" && namesPath(part, path));
}
