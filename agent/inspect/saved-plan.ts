// A plan that `plan --json` printed and `apply --plan` applies: how it is checked when it comes back, and whether the machine
// is still the one that it was made for. Never reads the config: what a person reviewed is what is applied.

import { isDigest } from "../apply/state/digest.ts";
import { parseAttributes } from "../apply/state/parse-attributes.ts";
import { listUnresolved } from "../apply/targets/target.ts";
import type { AwsConfig } from "../config/config.ts";
import { JsonValue } from "../formats/json-value.ts";
import { ownerOfMetrics } from "../names/own-places.ts";
import { isBelow } from "../names/plain-path.ts";
import { parsePlan } from "../plan/parse-plan.ts";
import type { Plan } from "../plan/plan.ts";
import { placeProblem, Refusal, type Problem } from "../refusal.ts";
import { inspectPlan } from "./inspect-plan.ts";
import { observe, type Seen } from "./observe.ts";
import type { PlannedChange } from "./planned-change.ts";

/** What the plan found at one place. */
interface SavedChange {
  readonly path: string;
  readonly change: string;
  readonly seen: Seen;
}

export interface SavedPlan {
  readonly plan: Plan;
  /** Where the run's metrics go; null: nowhere. */
  readonly metrics: string | null;
  /** How Secrets Manager is asked. */
  readonly aws: AwsConfig;
  readonly changes: readonly SavedChange[];
}

/** What stands at the place of a change now. */
export function observeChange({ secretsFolder }: Plan, change: PlannedChange, root: string): Seen {
  const isFileOfSecret = change.kind === "secret" || (change.kind === "file" && change.newText === null);
  return observe(root, change.path, isFileOfSecret || isBelow(secretsFolder, change.path));
}

const FIX = "Make a new plan with this version: parbake plan --json > FILE.";

/** @throws Refusal `data` with everything that is wrong with it */
export function parseSavedPlan(text: string, file: string): SavedPlan {
  const document = parseJson(text, file);
  const problems: Problem[] = [];
  const json = new JsonValue(document, "plan", problems, FIX);
  if (!json.isObject() || json.get("schema").value !== 1 || !Array.isArray(json.get("plans").value))
    throw wrong(file, "it is not a plan of schema 1", FIX);
  const [entry, ...others] = json.get("plans").items();
  if (entry === undefined || others.length > 0)
    throw wrong(file, "it holds plans for several machines", "Make it on the machine: parbake plan --json > FILE.");
  const plan = parsePlan(entry);
  const saved = {
    plan,
    metrics: json.get("metrics").nullable((value) => parseMetrics(value, plan)),
    aws: {
      batch: json.get("aws").get("batch").flag(),
      startJitterMs: json
        .get("aws")
        .get("startJitterMs")
        .integer(0, 2 ** 31 - 1),
    },
    changes: entry.get("changes").items().map(parseChange),
  };
  if (problems.length > 0)
    throw new Refusal(
      "data",
      problems.map((problem) => ({ ...problem, at: { file } })),
    );
  return saved;
}

function parseMetrics(json: JsonValue, { secretsFolder }: Plan): string {
  const path = json.path();
  const owner = ownerOfMetrics(path, { secretsFolder, config: [] });
  if (owner !== null) json.refuseFor(`${json.place}: ${path} is ${owner}`);
  return path;
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw wrong(file, "it is not JSON", "Give the file that `parbake plan --json` wrote.");
  }
}

function wrong(file: string, what: string, fix: string): Refusal {
  return new Refusal("data", { what, fix, at: { file } });
}

function parseChange(json: JsonValue): SavedChange {
  return { path: json.get("path").path(), change: json.get("change").text(), seen: parseSeen(json.get("seen")) };
}

function parseSeen(json: JsonValue): Seen {
  const kind = json.get("kind").choice(["absent", "file", "folder", "other", "unreadable"]);
  if (kind !== "file" && kind !== "folder") return { kind };
  const attributes = parseAttributes(json);
  if (kind === "folder") return { kind, ...attributes };
  const sha256 = json.get("sha256").nullable((value) => value.word(isDigest, "a SHA-256 in hexadecimal"));
  return { kind, ...attributes, sha256 };
}

/** @throws Refusal `cannot-write` that names every place that is not as the plan saw it */
export function refuseMovedOn({ plan, changes }: SavedPlan, root: string): void {
  const now = new Map(
    inspectPlan(plan, root).map((change): [string, SavedChange] => {
      const { path } = change;
      return [path, { path, change: change.change, seen: observeChange(plan, change, root) }];
    }),
  );
  const then = new Map(changes.map((change) => [change.path, change]));
  const targets = new Map(listUnresolved(plan).map((target) => [target.path, target]));
  const differences = [...new Set([...then.keys(), ...now.keys()])].flatMap((path) => {
    const what = describeDifference(then.get(path), now.get(path));
    if (what === null) return [];
    return placeProblem(
      { what: `${path} is no longer as the plan saw it: ${what}`, fix: ANEW },
      targets.get(path) ?? {},
    );
  });
  if (differences.length > 0) throw new Refusal("cannot-write", differences);
}

const ANEW = "Nothing was changed. Make a new plan, and review it.";

function describeDifference(then: SavedChange | undefined, now: SavedChange | undefined): string | null {
  if (!then || !now) return then ? "there is nothing to do there now" : "the plan did not inspect it";
  const seen = describeSeen(then.seen, now.seen);
  if (seen !== null) return seen;
  return classOf(then) === classOf(now) ? null : `the change is ${now.change} now, and was ${then.change}`;
}

// Whether a secret's file is that of the current version is not asked again: apply fetches the secret anyway.
function classOf({ change, seen }: SavedChange): string {
  const isSecretThere = seen.kind === "file" && seen.sha256 === null;
  return isSecretThere && ["present", "unchanged", "update"].includes(change) ? "present" : change;
}

function describeSeen(then: Seen, now: Seen): string | null {
  if (then.kind === "unreadable" && now.kind !== "unreadable") return "whoever made the plan could not read it";
  if (then.kind !== now.kind) return `${nameKind(then)} then, ${nameKind(now)} now`;
  if ("uid" in then && "uid" in now) {
    if (then.uid !== now.uid || then.gid !== now.gid) return "it has another owner";
    if (then.mode !== now.mode) return "it has another mode";
  }
  if (then.kind === "file" && now.kind === "file" && then.sha256 !== now.sha256) return "its content has changed";
  return null;
}

function nameKind({ kind }: Seen): string {
  switch (kind) {
    case "absent":
      return "not there";
    case "other":
      return "not a file";
    case "file":
    case "folder":
      return `a ${kind}`;
    case "unreadable":
      return kind;
  }
}
