// parbake's place in the boot: when its unit ran, which units waited for it and for how long, and what the boot would have gained
// without it. By systemd's own times and order alone: that parbake also takes processor time from others is in no such figure. Pure.

import { heldUnitOf } from "../names/ready-unit.ts";
import type { BootUnit, ManagerTimes } from "./boot-units.ts";
import { criticalChain, planWithout, type Boot } from "./what-if.ts";

/** Times since the kernel began; in a container, since its systemd did. */
interface PlacedUnit {
  readonly unit: string;
  readonly startMs: number;
  readonly doneMs: number;
}

interface HeldUnit extends PlacedUnit {
  /** How much sooner it would have been started without parbake. */
  readonly waitedMs: number;
}

interface Phase {
  readonly name: "firmware" | "loader" | "kernel" | "initrd" | "userspace";
  /** Below 0: before the kernel. */
  readonly startMs: number;
  readonly tookMs: number;
}

export interface PlaceInBoot {
  readonly phases: readonly Phase[];
  /** Null: the boot goes on. */
  readonly finishedMs: number | null;
  /** What the boot leads to, and when it was reached; null: not yet. */
  readonly target: PlacedUnit | null;
  /** Null: it has not run. */
  readonly service: PlacedUnit | null;
  /** How much sooner the target would have been reached without parbake; null: not known, for parbake has run again since. */
  readonly costMs: number | null;
  /** Each waited for the next; the first is the target. */
  readonly chain: readonly PlacedUnit[];
  /** That parbake holds, and that have been started. */
  readonly units: readonly HeldUnit[];
}

const SERVICE = "parbake.service";

export function isParbake(name: string): boolean {
  return name === SERVICE || heldUnitOf(name) !== null;
}

/** Zero of all times: what a report's `sinceBootMs` counts from, less this, is a time of the place. */
export function zeroOf({ isMachine, userspaceUs }: ManagerTimes): number {
  return isMachine ? 0 : userspaceUs;
}

/** @param target the unit that default.target stands for */
export function placeInBoot(manager: ManagerTimes, all: readonly BootUnit[], target: string): PlaceInBoot {
  const zeroUs = zeroOf(manager);
  const endUs = manager.finishUs === 0 ? Infinity : manager.finishUs;
  const units = new Map(all.map((unit) => [unit.name, unit]));
  // What was started later was not a part of it.
  const boot: Boot = { units: new Map([...units].filter(([, { startUs }]) => startUs <= endUs)) };
  const without = planWithout(boot, isParbake);
  const place = ({ name, startUs, doneUs }: BootUnit): PlacedUnit => ({
    unit: name,
    startMs: toMs(startUs - zeroUs),
    doneMs: toMs(doneUs - zeroUs),
  });
  const [reached, service] = [boot.units.get(target), units.get(SERVICE)];
  const isKnown = reached !== undefined && boot.units.has(SERVICE);
  return {
    phases: listPhases(manager),
    finishedMs: manager.finishUs === 0 ? null : toMs(manager.finishUs - zeroUs),
    target: reached === undefined ? null : place(reached),
    service: service === undefined ? null : place(service),
    costMs: isKnown ? toMs(reached.doneUs - without(reached).doneUs) : null,
    chain: reached === undefined ? [] : criticalChain(boot, reached).map(place),
    units: [...units.values()]
      .filter(({ name, after }) => after.some((other) => heldUnitOf(other) === name))
      .toSorted((a, b) => a.startUs - b.startUs)
      .map((unit) => ({
        ...place(unit),
        waitedMs: boot.units.has(unit.name) ? toMs(unit.startUs - without(unit).startUs) : 0,
      })),
  };
}

function listPhases(manager: ManagerTimes): Phase[] {
  const { firmwareUs, loaderUs, initrdUs, userspaceUs, finishUs, isMachine } = manager;
  const phases: Phase[] = [];
  const add = (name: Phase["name"], fromUs: number, toUs: number) => {
    if (toUs > fromUs) phases.push({ name, startMs: toMs(fromUs), tookMs: toMs(toUs - fromUs) });
  };
  if (isMachine) {
    add("firmware", -firmwareUs, -loaderUs);
    add("loader", -loaderUs, 0);
    add("kernel", 0, initrdUs > 0 ? initrdUs : userspaceUs);
    if (initrdUs > 0) add("initrd", initrdUs, userspaceUs);
  }
  const zeroUs = zeroOf(manager);
  add("userspace", userspaceUs - zeroUs, finishUs - zeroUs);
  return phases;
}

/** With a tenth of a millisecond. */
function toMs(us: number): number {
  return Math.round(us / 100) / 10;
}
