// What `systemctl show` prints of systemd itself and of the units of a boot → when each phase and each unit began and was there. Pure.

import { parseProperties } from "../apply/units/unit-properties.ts";

/** Times in microseconds of CLOCK_MONOTONIC. */
export interface BootUnit {
  readonly name: string;
  /** The units that it starts after. */
  readonly after: readonly string[];
  readonly startUs: number;
  /** When it was started: those that come after it could begin. */
  readonly doneUs: number;
}

export interface ManagerTimes {
  /** Before the kernel began; 0: not known. */
  readonly firmwareUs: number;
  readonly loaderUs: number;
  /** 0: there was none. */
  readonly initrdUs: number;
  readonly userspaceUs: number;
  /** 0: the boot goes on. */
  readonly finishUs: number;
  /** A machine's systemd has all of the kernel's time before it, a container's none. */
  readonly isMachine: boolean;
}

export const MANAGER_PROPERTIES = [
  "FirmwareTimestampMonotonic",
  "LoaderTimestampMonotonic",
  "InitRDTimestampMonotonic",
  "UserspaceTimestampMonotonic",
  "FinishTimestampMonotonic",
  "SecurityStartTimestampMonotonic",
] as const;

export const UNIT_PROPERTIES = [
  "Id",
  "After",
  "InactiveExitTimestampMonotonic",
  "ActiveEnterTimestampMonotonic",
  "InactiveEnterTimestampMonotonic",
] as const;

/** Null: systemd has not said when it began. */
export function parseManager(output: string): ManagerTimes | null {
  const properties = parseProperties(output);
  const of = (name: (typeof MANAGER_PROPERTIES)[number]) => readUs(properties.get(name));
  const userspaceUs = of("UserspaceTimestampMonotonic");
  if (userspaceUs === 0) return null;
  return {
    firmwareUs: of("FirmwareTimestampMonotonic"),
    loaderUs: of("LoaderTimestampMonotonic"),
    initrdUs: of("InitRDTimestampMonotonic"),
    userspaceUs,
    finishUs: of("FinishTimestampMonotonic"),
    // As systemd-analyze tells them apart: in a container it sets up no security module.
    isMachine: of("SecurityStartTimestampMonotonic") > 0,
  };
}

/** Those that have been started; of a unit that was started twice, the last time. */
export function parseUnits(output: string): BootUnit[] {
  return output.split(/\n{2,}/).flatMap((block) => {
    const properties = parseProperties(block);
    const [name, startUs] = [properties.get("Id"), readUs(properties.get("InactiveExitTimestampMonotonic"))];
    const doneUs = findDone(properties, startUs);
    if (name === undefined || startUs === 0 || doneUs === null) return [];
    return [{ name, after: readNames(properties.get("After") ?? ""), startUs, doneUs }];
  });
}

/** A oneshot that does not remain is inactive when it has done its work, as one that failed is. Null: it is still being started. */
function findDone(properties: ReadonlyMap<string, string>, startUs: number): number | null {
  const activeUs = readUs(properties.get("ActiveEnterTimestampMonotonic"));
  if (activeUs >= startUs) return activeUs;
  const inactiveUs = readUs(properties.get("InactiveEnterTimestampMonotonic"));
  return inactiveUs >= startUs ? inactiveUs : null;
}

function readUs(text: string | undefined): number {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : 0;
}

/** A name with a backslash is in quotes, and the backslash escaped. */
function readNames(text: string): string[] {
  const names = text.split(" ").map((name) => name.replace(/^"(.*)"$/, "$1").replaceAll("\\\\", "\\"));
  return names.filter((name) => name !== "");
}
