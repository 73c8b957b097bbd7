// The drop-in of parbake.service and parbake-refresh.service by which systemd keeps a run to what its config needs. Pure.

import { UNITS_FOLDER } from "../config/hand-off-path.ts";
import { isWithin } from "../names/plain-path.ts";
import { RUNNING_UNITS } from "../names/running-units.ts";
import type { Sandbox } from "./sandbox.ts";

/** systemd reads the drop-ins of a unit by name: later than SETTINGS, which it narrows, and before `systemctl edit`'s override.conf. */
const NAME = "20-parbake-sandbox.conf";
export const SANDBOXES = RUNNING_UNITS.map((unit) => ({
  unit,
  path: `${UNITS_FOLDER}/${unit}.d/${NAME}`,
  /** Of an earlier version, which systemd read after an operator's. */
  former: `${UNITS_FOLDER}/${unit}.d/sandbox.conf`,
}));

export function isSandbox(path: string): boolean {
  return SANDBOXES.some((sandbox) => sandbox.path === path || sandbox.former === path);
}

/** Of every version. */
const MARK = "# Made by parbake from its config:";
const HEAD = `${MARK} where a run may write, and what it may do beside. \`parbake install\` and \`parbake seal\` write it
# anew. What else these units need belongs into a drop-in of another name.

[Service]`;

/** What only the programs of a config need: other users' ids, their ports, their signals, PAM's records and its priorities. */
const NO_PROGRAMS = [
  "CapabilityBoundingSet=~CAP_AUDIT_WRITE CAP_KILL CAP_NET_BIND_SERVICE CAP_SETGID CAP_SETUID",
  "SystemCallFilter=~setpriority",
];
/** Lies in places that only a whole root could cover: run.conf's own ProtectSystem= stays. */
const EVERYWHERE =
  "# A folder of the config is missing, and would be made in /: all but /usr and /boot may be written to.";

export function formatSandbox({ writable, startsPrograms }: Sandbox): string {
  const protections = writable.includes("/") ? [EVERYWHERE] : ["ProtectSystem=strict", "ProtectHome=read-only"];
  const open = writable.filter((path) => path !== "/").map((path) => `ReadWritePaths=-${path}`);
  return [HEAD, ...protections, ...open, ...(startsPrograms ? [] : NO_PROGRAMS), ""].join("\n");
}

/** Why a run in the drop-in's sandbox would fail; none: it is as wide as it has to be. */
export function listLacks(text: string, { writable, startsPrograms }: Sandbox): string[] {
  const lines = text.split("\n");
  const allowed = lines.flatMap((line) => /^ReadWritePaths=-(.*)$/.exec(line)?.[1] ?? []);
  const isStrict = lines.includes("ProtectSystem=strict");
  // Where all is open, what is named beside is what is closed all the same.
  const isMeant = (path: string): boolean => isStrict || (writable.includes("/") && path !== "/");
  const closed = writable.filter((path) => isMeant(path) && !allowed.some((each) => isWithin(each, path)));
  return [
    ...closed.map((path) => `write below ${path}`),
    ...(startsPrograms && NO_PROGRAMS.some((line) => lines.includes(line)) ? ["start programs as another user"] : []),
  ];
}

/** Whether who replaces the drop-in loses what a person wrote into it. */
export function isOwnSandbox(text: string): boolean {
  return text.startsWith(MARK) && linesOf(text).every((line) => OWN_LINE.test(line));
}

const OWN_LINE =
  /^(?:\[Service\]|ProtectSystem=strict|ProtectHome=read-only|ReadWritePaths=-\/.*|CapabilityBoundingSet=~CAP_.*|SystemCallFilter=~.*)$/;

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}
