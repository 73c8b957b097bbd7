// What an installation consists of, in the order in which it is put in place: what a unit needs is there before systemd can start
// it. The contents are those that parbake carries.

import { readCarried } from "../carried.ts";
import { SCHEMA_FILE } from "../names/own-places.ts";
import { nameSpecifier } from "../names/ready-unit.ts";
import { FORMER_SETTINGS, RUNNING_UNITS, SETTINGS } from "../names/running-units.ts";
import { formatSandbox, SANDBOXES } from "../sandbox/drop-in.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { formatSchema } from "../schema/config-schema.ts";
import { CATALOG, CONFIG_FOLDERS, HOLD, PRESET, PROGRAM, SYSTEM_UNITS, UNITS, VENDOR_UNITS } from "./layout.ts";

export type Piece =
  | { readonly kind: "file"; readonly path: string; readonly mode: number; readonly bytes: Buffer }
  | { readonly kind: "folder"; readonly path: string }
  | { readonly kind: "link"; readonly path: string; readonly text: string }
  /** An earlier version's, that this one has by another name. */
  | { readonly kind: "former"; readonly path: string };

export interface Wanted {
  readonly program: Buffer;
  /** Those that systemd holds back until parbake has made what they need. */
  readonly units: readonly string[];
  /** Whether rotated secrets are fetched every hour. */
  readonly refresh: boolean;
  /** What the config needs of the units that run it. Null: there is none yet. */
  readonly sandbox: Sandbox | null;
}

export function listPieces({ program, units, refresh, sandbox }: Wanted): Piece[] {
  return [
    { kind: "file", path: PROGRAM, mode: 0o755, bytes: program },
    ...UNITS.map((unit) => carried(unit, `${VENDOR_UNITS}/${unit}`)),
    ...RUNNING_UNITS.map((unit) => carried("run.conf", `${VENDOR_UNITS}/${unit}.d/${SETTINGS}`)),
    ...RUNNING_UNITS.map((unit) => former(`${VENDOR_UNITS}/${unit}.d/${FORMER_SETTINGS}`)),
    ...(sandbox === null ? [] : narrow(sandbox)),
    carried("parbake.preset", PRESET),
    carried("parbake.catalog", CATALOG),
    { kind: "file", path: SCHEMA_FILE, mode: 0o644, bytes: Buffer.from(formatSchema()) },
    ...CONFIG_FOLDERS.map((path) => ({ kind: "folder", path }) as const),
    enabled("parbake.service", "multi-user.target"),
    ...(refresh ? [enabled("parbake-refresh.timer", "timers.target")] : []),
    ...units.map(hold),
  ];
}

function narrow(sandbox: Sandbox): Piece[] {
  const bytes = Buffer.from(formatSandbox(sandbox));
  return SANDBOXES.flatMap((each) => [{ kind: "file", path: each.path, mode: 0o644, bytes }, former(each.former)]);
}

function former(path: string): Piece {
  return { kind: "former", path };
}

function hold(unit: string): Piece {
  const text = readCarried("systemd/hold.conf").replaceAll("%N", nameSpecifier(unit));
  return { kind: "file", path: `${SYSTEM_UNITS}/${unit}.d/${HOLD}`, mode: 0o644, bytes: Buffer.from(text) };
}

function carried(name: string, path: string): Piece {
  return { kind: "file", path, mode: 0o644, bytes: Buffer.from(readCarried(`systemd/${name}`)) };
}

/** As `systemctl enable` does it. */
function enabled(unit: string, target: string): Piece {
  return { kind: "link", path: `${SYSTEM_UNITS}/${target}.wants/${unit}`, text: `${VENDOR_UNITS}/${unit}` };
}
