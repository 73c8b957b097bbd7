// Refuses options of a `custom` app that would fail on some machine, so that tuning never fails. Pure.

import { formatBytes, MIB } from "../../size.ts";
import type { OptionProblem, Options } from "../profile/profile.ts";
import { evaluate, FUNCTIONS, type Names, namesIn } from "./custom-evaluate.ts";
import { nameEveryMachine } from "./custom-machine.ts";
import { accountOf, leastOf, sourcesOf } from "./custom-options.ts";
import { type Outcome, settle } from "./custom-range.ts";
import { type CustomSetting, parseSetting } from "./custom-setting.ts";
import { type Overdraft, withinShare } from "./custom-share.ts";
import { type Expression } from "./custom-syntax.ts";
import { ExpressionError } from "./expression-error.ts";

/** Up to here whole numbers are exact and written without an exponent. */
const MOST_NUMBER = 1e15;

/** More than any app's config needs, and few enough to check for every machine. */
const MOST_SETTINGS = 100;

/** Checks every machine at once, with ranges in place of values. */
export function checkOptions(options: Options): OptionProblem[] {
  const names = nameEveryMachine(leastOf(options));
  const unknown = new Set<string>();
  const problems: OptionProblem[] = [];
  const sources = sourcesOf(options);
  if (sources.length > MOST_SETTINGS)
    return [
      { what: `custom has ${sources.length} settings, and ${MOST_SETTINGS} are the most`, fix: "Divide the app." },
    ];
  for (const [name, source] of sources) {
    try {
      if (names.has(name) || Object.hasOwn(FUNCTIONS, name))
        throw new ExpressionError(`${name} is taken`, 1, "Choose another name.");
      const setting = parseSetting(name, source);
      refuseRewritten(source);
      // A setting that refers to a wrong one is not checked: it would only repeat that problem.
      if (namesIn(setting.expression).some((used) => unknown.has(used))) unknown.add(name);
      else names.set(name, checkSetting(setting, names));
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      unknown.add(name);
      problems.push(describe(name, source, error));
    }
  }
  return problems.length > 0 ? problems : checkShare(options);
}

/** `version: 1.10` is meant as a text, and would be printed as 1.1. */
function refuseRewritten(source: string): void {
  const written = source.trim();
  if (!/^\d+\.\d*0$/.test(written)) return;
  const what = `a setting of custom is calculated, and ${written} would become ${Number(written)}`;
  throw new ExpressionError(
    what,
    1,
    `Write ${Number(written)}; a text, such as a version, has quotes of its own: "'${written}'".`,
  );
}

function describe(name: string, source: string, { message, column, fix }: ExpressionError): OptionProblem {
  const what = `custom's option ${name}: ${message}, in column ${column} of '${source.slice(0, 200)}'`;
  return { what, fix, option: name };
}

/** The range of what the setting can be. */
function checkSetting(setting: CustomSetting, names: Names): Outcome {
  const { expression, form, isCounted } = setting;
  const outcome = evaluate(expression, names);
  if (outcome.dimension !== "size" && (form !== null || !isCounted))
    throw new ExpressionError("size and uncounted are for sizes", 1, "Leave them out, or give it a unit: 100MiB.");
  if (outcome.dimension === "text") return outcome;
  const { low, high, dimension } = outcome;
  const most = dimension === "size" ? Number.MAX_SAFE_INTEGER : MOST_NUMBER;
  if (Math.max(-low, high) > most && !(dimension === "size" && isCounted))
    throw new ExpressionError(
      `can be beyond ${dimension === "size" ? "8 PiB" : "10^15"}`,
      1,
      "Bound it with min or clamp.",
    );
  return settle(withinShare(setting, outcome, names));
}

function checkShare(options: Options): OptionProblem[] {
  const account = accountOf(options);
  return account.kind === "fits" ? [] : [describeOverdraft(account.overdraft, account.fitsFromBytes)];
}

function describeOverdraft(overdraft: Overdraft, fitsFromBytes: number | null): OptionProblem {
  const { setting, before, totalBytes, memoryBytes, vcpus } = overdraft;
  const together = before.length === 0 ? "" : `, together with ${before.join(" and ")}`;
  const cpus = vcpus === 1 ? "" : ` with ${vcpus} CPUs`;
  const where = `a share of ${formatBytes(memoryBytes)}${cpus}`;
  const isNegative = totalBytes < 0;
  const what = isNegative
    ? `comes to less than no memory, of ${where}`
    : `comes to ${formatBytes(totalBytes)} of ${where}${together}`;
  const times = findTimes(setting.expression);
  const fix = adviseBounding(isNegative, times?.value ?? null, fitsFromBytes);
  return describe(setting.name, setting.source, new ExpressionError(what, times?.column ?? 1, fix));
}

function adviseBounding(isNegative: boolean, times: number | null, fitsFromBytes: number | null): string {
  const floor = fitsFromBytes === null ? "" : `, or give the app a floor: ${Math.ceil(fitsFromBytes / MIB)}MiB`;
  if (isNegative) return `Write max(0, …) around it${floor}.`;
  const bound = floor === "" ? "Lower it." : `Bound it, as by min(…, memoryBytes * 25%)${floor}.`;
  const lower = times === null ? bound : `A part of the share is written in per cent: ${times}%.`;
  return `${lower} Write uncounted(…) around a size that takes no memory of its own (part of another setting, a file, a disk).`;
}

/** The 60 of `memoryBytes * 60`, which was meant as 60 %. */
function findTimes(expression: Expression): Extract<Expression, { kind: "number" }> | null {
  if (expression.kind !== "binary" || expression.operator !== "*") return null;
  const factors = [expression.left, expression.right];
  if (!factors.some((factor) => factor.kind === "name" && factor.name === "memoryBytes")) return null;
  const number = factors.find((factor) => factor.kind === "number");
  return number && number.value > 1 && number.value <= 100 ? number : null;
}
