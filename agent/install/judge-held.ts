// What the files of a unit say about whether parbake can hold it: some start before it could, others run nothing. Changes nothing.

import { readServices, type UnitFile } from "../image/units.ts";
import { templateOf } from "../names/unit-name.ts";
import { Refusal, type Problem } from "../refusal.ts";

/** @throws Refusal where no boot could hold it */
export function refuseEarly(root: string, unit: string): void {
  const file = findFile(unit, readServices(root));
  if (file !== null && isEarly(file)) throw tooEarly(unit);
}

/** Units that stand for others, so that to hold them holds nothing. Who bakes may want that, so that none of them is refused. */
export function findHollow(root: string, units: readonly string[]): Problem[] {
  const services = readServices(root);
  return units.flatMap((unit) => {
    const file = findFile(unit, services);
    return file === null ? [] : (describeHollow(unit, file, services) ?? []);
  });
}

/** Null: the image has none that says anything. */
function findFile(unit: string, services: ReadonlyMap<string, UnitFile>): UnitFile | null {
  return services.get(unit) ?? services.get(templateOf(unit) ?? unit) ?? null;
}

/** What all units with default dependencies, parbake's too, start after: bootup(7). */
const EARLY_TARGETS = /\b(?:basic|sysinit|local-fs|local-fs-pre|swap|sockets|timers|paths|slices|cryptsetup)\.target\b/;

function isEarly({ text }: UnitFile): boolean {
  return (
    /^DefaultDependencies=(?:no|false|off|0)\s*$/m.test(text) &&
    linesOf("Before", text).some((it) => EARLY_TARGETS.test(it))
  );
}

function tooEarly(unit: string): Refusal {
  return new Refusal("config", {
    what: `${unit} starts before basic.target, and parbake after it: to hold it would be an ordering cycle, which systemd breaks by leaving out one of the two`,
    fix: "Leave it out of --unit: what it reads belongs into the image.",
  });
}

/** A package's unit that stands for its instances, as Debian's postgresql.service. Null: it runs something. */
function describeHollow(unit: string, { text }: UnitFile, services: ReadonlyMap<string, UnitFile>): Problem | null {
  const template = unit.replace(/\.service$/, "@.service");
  const starts = linesOf("ExecStart", text);
  const isHollow = starts.length > 0 && starts.every((command) => /^\/(?:usr\/)?bin\/true$/.test(command));
  if (!isHollow || !services.has(template)) return null;
  return {
    what: `${unit} runs nothing itself (ExecStart=${starts[0]}): to hold it holds none of its instances`,
    fix: `Hold those: --unit ${template}.`,
  };
}

function linesOf(name: string, text: string): string[] {
  return [...text.matchAll(new RegExp(`^${name}=[ \\t]*(.*?)[ \\t]*$`, "gm"))].map(([, value]) => value ?? "");
}
