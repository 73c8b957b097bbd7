// What systemd, its journal and the network's tools say of parbake, its units and those that it holds, for the archive. Each is asked
// once, within a time and a size of its own, and may be missing. They are only ever asked.

import type { Deadline } from "../deadline.ts";
import { describeCommandFailure, keepingOutput, type CommandResult, type RunCommand } from "../host/run-command.ts";
import { UNITS } from "../install/layout.ts";
import { heldUnitOf } from "../names/ready-unit.ts";
import { join, NOTHING, type Collection } from "./collection.ts";

const OUTPUT_LIMIT_BYTES = 4 * 1024 * 1024;
const TIMEOUT_MS = 15_000;

type Question = readonly [name: string, argv: readonly string[]];

export async function collectPrograms(
  deadline: Deadline,
  run: RunCommand = keepingOutput(OUTPUT_LIMIT_BYTES),
): Promise<Collection> {
  const timeoutMs = Math.min(TIMEOUT_MS, deadline.remainingMs());
  const listed = await run([...LIST_UNITS, "parbake-ready@*.service"], timeoutMs, deadline.signal);
  const ready = listed.kind === "exited" ? readReady(listed.output) : [];
  const answers: Collection[] = [];
  for (const question of questionsAbout(ready)) answers.push(await ask(question, deadline, run));
  return join(answers);
}

const LIST_UNITS = ["systemctl", "list-units", "--all", "--plain", "--full", "--no-legend", "--no-pager"];

function readReady(output: string): string[] {
  const names = output.split("\n").map((line) => /^\s*(parbake-ready@\S+\.service)\s/.exec(line)?.[1]);
  return names.filter((name) => name !== undefined);
}

/** @param ready the units that check for those that are held */
function questionsAbout(ready: readonly string[]): Question[] {
  const held = ready.map(heldUnitOf).filter((unit) => unit !== null);
  // A template is no unit to ask of.
  const units = [...UNITS.filter((unit) => !unit.includes("@")), ...ready, ...held];
  const own = ["--unit=parbake*", "--unit=run-parbake-secrets.mount"];
  const journal = ["journalctl", "--boot", "--no-pager"];
  return [
    // Without the last lines of a unit's journal: those of others are their own.
    ["systemd/status.txt", ["systemctl", "status", "--no-pager", "--full", "--lines=0", "--", ...units]],
    ["systemd/show.txt", ["systemctl", "show", "--no-pager", "--", ...units]],
    ["systemd/cat.txt", ["systemctl", "cat", "--no-pager", "--", ...units]],
    ["systemd/jobs.txt", ["systemctl", "list-jobs", "--no-pager", "--full"]],
    ["systemd/failed.txt", ["systemctl", "list-units", "--failed", "--no-pager", "--full"]],
    ["systemd/time.txt", ["systemd-analyze", "time", "--no-pager"]],
    ["systemd/blame.txt", ["systemd-analyze", "blame", "--no-pager"]],
    [
      "systemd/critical-chain.txt",
      ["systemd-analyze", "critical-chain", "--no-pager", "--", "parbake.service", ...held],
    ],
    ["journal/parbake.txt", [...journal, "--output=short-precise", "--lines=5000", ...own]],
    ["journal/parbake.json", [...journal, "--output=json", "--lines=2000", ...own]],
    ["journal/kernel.txt", [...journal, "--dmesg", "--priority=warning", "--lines=500"]],
    ["network/address.txt", ["ip", "address"]],
    ["network/route.txt", ["ip", "route", "show", "table", "all"]],
  ];
}

/** What it said where it failed says why. */
async function ask([name, argv]: Question, deadline: Deadline, run: RunCommand): Promise<Collection> {
  const timeoutMs = Math.min(TIMEOUT_MS, deadline.remainingMs());
  const result = await run(argv, timeoutMs, deadline.signal);
  const output = "output" in result ? result.output : "";
  const isCut = Buffer.byteLength(output) >= OUTPUT_LIMIT_BYTES;
  const why = isCut ? "only its beginning is in the archive" : describeCommandFailure(result, timeoutMs);
  return {
    entries: output === "" ? NOTHING.entries : [{ name, bytes: Buffer.from(output) }],
    missing:
      (output !== "" || isDone(result)) && !isCut ? [] : [{ what: `\`${argv.slice(0, 6).join(" ")}\` (${name})`, why }],
  };
}

function isDone(result: CommandResult): boolean {
  return result.kind === "exited" && result.status === 0;
}
