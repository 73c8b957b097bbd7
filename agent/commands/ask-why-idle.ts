// Why parbake has not run since the machine started, and what to do about it, as systemd knows it.

import { findObstacle } from "../apply/units/unit-actions.ts";
import { parseProperties } from "../apply/units/unit-properties.ts";
import { runCommand } from "../host/run-command.ts";

const UNIT = "parbake.service";
const START = `systemctl start ${UNIT}`;
const TIMEOUT_MS = 2_000;

export interface Idle {
  /** What follows the statement that it has not run. */
  readonly why: string;
  readonly fix: string;
}

export async function askWhyIdle(root: string): Promise<Idle> {
  if (findObstacle(root) !== null) return explainIdle("");
  const result = await runCommand(["systemctl", "show", "--property=LoadState,ActiveState,Result", UNIT], TIMEOUT_MS);
  return explainIdle(result.kind === "exited" && result.status === 0 ? result.output : "");
}

/** @param shown by `systemctl show`; empty: nobody knows */
export function explainIdle(shown: string): Idle {
  const properties = parseProperties(shown);
  const loaded = properties.get("LoadState");
  if (loaded === "masked")
    return { why: `: ${UNIT} is masked`, fix: `Unmask and start it: systemctl unmask ${UNIT} && ${START}` };
  if (loaded === "not-found") return { why: `: this machine has no ${UNIT}`, fix: "Put it in place: parbake install" };
  if (loaded === "bad-setting" || loaded === "error")
    return { why: `: systemd cannot read ${UNIT}`, fix: `See why: systemd-analyze verify ${UNIT}` };
  if (properties.get("ActiveState") !== "failed") return { why: "", fix: `Start it: ${START}` };
  const why = `: systemd could not start ${UNIT} (${properties.get("Result")})`;
  return { why, fix: `See why: systemctl status ${UNIT}` };
}
