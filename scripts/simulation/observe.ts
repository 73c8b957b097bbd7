// What a booted machine says of its boot: which units are up and since when, what the journal and the console say.

import { parseProperties } from "../../agent/apply/units/unit-properties.ts";
import { heldUnitOf } from "../../agent/names/ready-unit.ts";
import type { Machine } from "./machine.ts";

export interface UnitState {
  readonly unit: string;
  /** Since systemd began; null: it is not up. */
  readonly upAfterMs: number | null;
}

export interface Observation {
  /** As `systemctl is-system-running` says. */
  readonly system: string;
  /** The units that have failed. */
  readonly failed: readonly string[];
  /** When systemd had all that any service needs: basic.target. */
  readonly basicAfterMs: number;
  /** Those that parbake holds. */
  readonly units: readonly UnitState[];
  /** Of parbake.service: its last exit status; null: it has not ended yet. */
  readonly status: number | null;
  /** `journalctl -b -u parbake -p err` */
  readonly errors: readonly string[];
  /** What the console says of parbake. */
  readonly console: readonly string[];
  /** What systemd says of cycles in its order. */
  readonly cycles: readonly string[];
  /** What `systemd-analyze verify` says of parbake's units. */
  readonly verify: readonly string[];
}

const OWN_UNITS = [
  "parbake.service",
  "parbake-over.service",
  "parbake-held.service",
  "parbake-retry.timer",
  "parbake-refresh.timer",
];

export async function observe(machine: Machine): Promise<Observation> {
  // First, and so not of a retry that begins while the rest is looked at.
  const status = await observeStatus(machine);
  const lines = async (...argv: string[]): Promise<string[]> =>
    (await machine.attempt(argv)).stdout.split("\n").filter((line) => line.trim() !== "");
  const journal = ["journalctl", "--boot", "--no-pager", "--output=cat"];
  const errors = await lines(...journal, "--unit=parbake", "--priority=err");
  const whole = await lines(...journal, "_PID=1");
  const [units, ready] = [await observeUnits(machine), await listReady(machine)];
  const { stderr } = await machine.attempt(["systemd-analyze", "verify", "--man=no", ...OWN_UNITS, ...ready]);
  const [basic] = await observeStates(machine, ["basic.target"]);
  return {
    basicAfterMs: basic?.upAfterMs ?? 0,
    system: await systemState(machine),
    failed: await lines("systemctl", "list-units", "--failed", "--plain", "--no-legend", "--full").then(firstWords),
    units,
    status,
    errors,
    console: readConsole(machine.console()),
    cycles: whole.filter((line) => /ordering cycle/.test(line)),
    verify: stderr.split("\n").filter((line) => line.includes("parbake")),
  };
}

/** With which parbake.service has ended; null: it goes on. */
export async function observeStatus(machine: Machine): Promise<number | null> {
  const [service] = await show(machine, ["ActiveState", "ExecMainStatus"], ["parbake.service"]);
  const isOver = !["activating", "reloading"].includes(service?.get("ActiveState") ?? "");
  return isOver ? Number(service?.get("ExecMainStatus")) : null;
}

function firstWords(lines: readonly string[]): string[] {
  return lines.map((line) => line.split(" ", 1)[0]!);
}

export async function systemState(machine: Machine): Promise<string> {
  return (await machine.attempt(["systemctl", "is-system-running"])).stdout.trim();
}

/** The units that parbake holds, by the parbake-ready@.service that each of them has asked for. */
export async function observeUnits(machine: Machine): Promise<UnitState[]> {
  const names = (await listReady(machine)).flatMap((ready) => heldUnitOf(ready) ?? []);
  return names.length === 0 ? [] : observeStates(machine, names);
}

async function listReady(machine: Machine): Promise<string[]> {
  const list = ["systemctl", "list-units", "--all", "--plain", "--no-legend", "--full", "parbake-ready@*.service"];
  const { stdout } = await machine.attempt(list);
  return [...stdout.matchAll(/^parbake-ready@\S+\.service(?=\s)/gm)].map(([name]) => name);
}

async function observeStates(machine: Machine, names: readonly string[]): Promise<UnitState[]> {
  const [manager] = await show(machine, ["UserspaceTimestampMonotonic"], []);
  const startUs = Number(manager?.get("UserspaceTimestampMonotonic"));
  const shown = await show(machine, ["Id", "ActiveState", "ActiveEnterTimestampMonotonic"], names);
  return shown.map((properties) => {
    const isUp = properties.get("ActiveState") === "active";
    const upUs = Number(properties.get("ActiveEnterTimestampMonotonic"));
    return { unit: properties.get("Id") ?? "", upAfterMs: isUp ? Math.round((upUs - startUs) / 1000) : null };
  });
}

async function show(
  machine: Machine,
  properties: readonly string[],
  units: readonly string[],
): Promise<ReadonlyMap<string, string>[]> {
  const { stdout } = await machine.attempt(["systemctl", "show", `--property=${properties.join(",")}`, "--", ...units]);
  return stdout.trim().split("\n\n").map(parseProperties);
}

// oxlint-disable-next-line no-control-regex -- colours, as a terminal is told them; a shortened line may have cut one
const COLOURS = /\u001b\[[0-9;?]*(?:[A-Za-z]|$|(?=…))/g;
/** What systemd says of a job that goes well. */
const QUIET = /^(?:\[?\s*(?:OK|\*+)\b|(?:Starting|Mounting|Stopping|Unmounting)\b)/;

function readConsole(text: string): string[] {
  const lines = text.replaceAll(COLOURS, "").split(/[\r\n]+/);
  return lines.map((line) => line.trim()).filter((line) => /parbake/i.test(line) && !QUIET.test(line));
}
