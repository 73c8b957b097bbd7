// Whether a boot went as is promised for it. Pure.

import type { UnitNeeds } from "./needs.ts";
import type { Observation, UnitState } from "./observe.ts";
import type { Promises, Question } from "./row.ts";

/** What is known of the image: its units that wait for parbake, and its secrets. */
export interface Image {
  readonly units: readonly UnitNeeds[];
  readonly secrets: readonly string[];
}

/**
 * Each promise that was broken, in words; none: all is well.
 * @param told the answer to each question of `promises.tells`
 */
export function judge(
  promises: Promises,
  seen: Observation,
  told: readonly string[],
  { units, secrets }: Image,
): string[] {
  const stateOf = (unit: string): UnitState | undefined => seen.units.find((state) => state.unit === unit);
  return [
    ...(units.length > 0 && seen.units.length === 0
      ? [`no unit that waits for parbake was asked for, of the image's ${units.length}`]
      : []),
    ...units.flatMap((needs) => judgeUnit(needs, promises, stateOf(needs.unit), secrets)),
    ...units.flatMap((needs) => judgeDelay(needs, promises, stateOf(needs.unit), seen)),
    ...judgeErrors(promises.says, seen),
    ...(seen.status === promises.status ? [] : [`parbake.service ended with ${seen.status}, not ${promises.status}`]),
    ...seen.cycles.map((line) => `systemd: ${line}`),
    ...seen.verify.map((line) => `systemd-analyze verify: ${line}`),
    ...(promises.system === undefined || promises.system === seen.system
      ? []
      : [
          `the system is ${seen.system}, not ${promises.system}${seen.failed.length > 0 ? `: ${seen.failed.join(", ")}` : ""}`,
        ]),
    ...(promises.tells ?? []).flatMap((question, index) => judgeAnswer(question, told[index] ?? "")),
  ];
}

function judgeAnswer({ argv, text }: Question, answer: string): string[] {
  if (text.test(answer)) return [];
  return [`${argv.join(" ")} says nothing of ${text.source}, but: ${answer.trim().replaceAll("\n", " | ")}`];
}

/** A unit that nothing has asked for is not judged: an image may have some that are started by hand. */
function judgeUnit(
  needs: UnitNeeds,
  { held }: Promises,
  state: UnitState | undefined,
  secrets: readonly string[],
): string[] {
  if (state === undefined) return [];
  const isUp = state.upAfterMs !== null;
  if (held(needs, secrets)) return isUp ? [`${needs.unit} is up without what it needs`] : [];
  return isUp ? [] : [`${needs.unit} is not up`];
}

/** What parbake's own work may take of a boot: on a busy machine in proportion to all that came before it. */
const MOST_DELAY_MS = 5_000;

function judgeDelay(
  { unit, wave }: UnitNeeds,
  { hardwareWithin = Infinity }: Promises,
  state: UnitState | undefined,
  { basicAfterMs }: Observation,
): string[] {
  const upAfterMs = state?.upAfterMs ?? 0;
  if (wave !== "hardware" || upAfterMs <= hardwareWithin * basicAfterMs + MOST_DELAY_MS) return [];
  return [
    `${unit} needs the hardware alone and was up after ${upAfterMs} ms; the first services could be after ${basicAfterMs}`,
  ];
}

function judgeErrors(says: RegExp | null, { errors, console }: Observation): string[] {
  if (says === null) return [...new Set(errors)].map((line) => `the journal has an error: ${line}`);
  const [inJournal, onConsole] = [errors, console].map((lines) => lines.filter((line) => says.test(line)));
  return [
    ...judgeLines("the journal's errors", inJournal!, says),
    ...judgeLines("the console", onConsole!, says),
    ...(onConsole!.length > Math.max(1, inJournal!.length)
      ? [`the console says the cause ${onConsole!.length} times, the journal ${inJournal!.length}`]
      : []),
  ];
}

function judgeLines(where: string, lines: readonly string[], says: RegExp): string[] {
  if (lines.length === 0) return [`${where}: no line says ${says.source}`];
  const twice = lines.find((line, index) => lines.indexOf(line) !== index);
  return twice === undefined ? [] : [`${where}: twice the line ${twice}`];
}
