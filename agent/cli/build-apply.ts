// The `apply`, `plan` and `check` that the options of a command line ask for. Pure.

import { parseDurationMs } from "../duration.ts";
import type { Problem } from "../refusal.ts";
import { isMounted, refuseRoot, type Asked } from "./asked.ts";
import type { Command, Part, ValidatorOptions } from "./invocation.ts";
import { oneOf } from "./one-of.ts";
import type { Given } from "./sort-words.ts";

export function buildApply(asked: Asked): Command {
  const { given, problems } = asked;
  const only = oneOf("only", given, problems);
  const planFile = parsePlanFile(given, problems);
  if (given.has("dry-run")) {
    if (given.has("force"))
      problems.push({
        what: "--force cannot be combined with --dry-run",
        fix: "Leave it out: a dry run fetches no secret.",
      });
    for (const name of ["strict", "no-validators", "confirm"] as const)
      if (given.has(name))
        problems.push({ what: `--${name} cannot be combined with --dry-run`, fix: NO_DRY_RUN[name] });
    return planOf(asked, only);
  }
  if (given.has("no-validators") && !isMounted(given)) problems.push(NEEDS_ROOT);
  for (const name of ["instance-type", "memory", "cpus", "diff", "all", "detailed-exitcode", "junit"] as const) {
    if (!given.has(name)) continue;
    const fix = "Add it: without it, apply tunes the machine that it runs on.";
    problems.push({ what: `--${name} needs --dry-run`, fix });
  }
  return {
    kind: "apply",
    only,
    planFile,
    force: given.has("force"),
    bake: given.has("bake"),
    confirmMs: parseConfirm(asked),
    ...validatorOptions(given),
  };
}

export function buildPlan(asked: Asked): Command {
  const { machine, given, problems } = asked;
  if (given.has("check-access") && machine.kind !== "here") problems.push(NO_ROLE);
  return planOf(asked, oneOf("only", given, problems));
}

function planOf({ machine, given }: Asked, only: Part | null): Command {
  return {
    kind: "plan",
    machine,
    only,
    diff: given.has("diff"),
    all: given.has("all"),
    detailedExitcode: given.has("detailed-exitcode"),
    checkAccess: given.has("check-access"),
    junit: parseJunit(given),
    bake: given.has("bake"),
  };
}

export function buildCheck({ machine, given }: Asked): Command {
  return { kind: "check", machine, junit: parseJunit(given), bake: given.has("bake"), ...validatorOptions(given) };
}

// Long enough to be typed, and no longer than anybody remembers it.
const CONFIRM_MS = { least: 10_000, most: 24 * 3_600_000 };

/** Null: not given, or a problem. */
function parseConfirm(asked: Asked): number | null {
  const { given, problems } = asked;
  const text = given.get("confirm")?.[0];
  if (text === undefined) return null;
  refuseRoot("apply --confirm", asked);
  if (given.has("bake"))
    problems.push({ what: "--confirm cannot be combined with --bake", fix: "Leave it out: nobody waits in a bake." });
  const durationMs = parseDurationMs(text) ?? NaN;
  if (durationMs >= CONFIRM_MS.least && durationMs <= CONFIRM_MS.most) return durationMs;
  problems.push({
    what: `--confirm ${text.slice(0, 40)} is not a duration of 10 s to 24 h`,
    fix: "Write a number and a unit: 90s, 5m.",
  });
  return null;
}

// A saved plan has fixed all that these options decide.
function parsePlanFile(given: Given, problems: Problem[]): string | null {
  const file = given.get("plan")?.[0] ?? null;
  const others = (["only", "dry-run", "instance-type", "memory", "cpus"] as const).filter((name) => given.has(name));
  if (file !== null && others.length > 0) {
    const what = `--plan cannot be combined with ${others.map((name) => `--${name}`).join(", ")}`;
    problems.push({ what, fix: "Give them to `parbake plan`, when the plan is made." });
  }
  return file;
}

const VALIDATES_NOTHING = "A dry run runs no validator; `parbake check` does.";
const NO_DRY_RUN = {
  strict: VALIDATES_NOTHING,
  "no-validators": VALIDATES_NOTHING,
  confirm: "Leave it out: a dry run changes nothing.",
};

const NEEDS_ROOT: Problem = {
  what: "--no-validators needs --root",
  fix: "Leave it out: on the machine itself they keep bad files from taking effect.",
};

function validatorOptions(given: Given): ValidatorOptions {
  return { strict: given.has("strict"), validators: !given.has("no-validators") };
}

const NO_ROLE: Problem = {
  what: "--check-access asks AWS with the role of the machine that it runs on",
  fix: "Leave --instance-type, --memory and --cpus out.",
};

function parseJunit(given: Given): string | null {
  return given.get("junit")?.[0] ?? null;
}
