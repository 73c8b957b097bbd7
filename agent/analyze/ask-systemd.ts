// Asks systemd for the times of this boot. Never changes anything.

import { hasSystemd } from "../apply/units/unit-actions.ts";
import type { Deadline } from "../deadline.ts";
import { describeCommandFailure, firstLines, keepingOutput, type RunCommand } from "../host/run-command.ts";
import type { Problem } from "../refusal.ts";
import {
  MANAGER_PROPERTIES,
  parseManager,
  parseUnits,
  UNIT_PROPERTIES,
  type BootUnit,
  type ManagerTimes,
} from "./boot-units.ts";

export interface BootTimes {
  readonly manager: ManagerTimes;
  readonly units: readonly BootUnit[];
  /** The unit that default.target stands for. */
  readonly target: string;
}

/** A machine of a thousand units has half a MiB of them. */
const OUTPUT_LIMIT_BYTES = 16 * 1024 * 1024;

/** Why there are no times. */
type NoTimes = Problem;

export async function askSystemd(
  deadline: Deadline,
  run: RunCommand = keepingOutput(OUTPUT_LIMIT_BYTES),
): Promise<BootTimes | NoTimes> {
  if (!hasSystemd()) return { what: "there is no systemd here", fix: "Ask on a machine that has it." };
  const show = async (...words: readonly string[]): Promise<string | Problem> => {
    const timeoutMs = deadline.remainingMs();
    const result = await run(["systemctl", "show", ...words], timeoutMs, deadline.signal);
    if (result.kind === "exited" && result.status === 0) return result.output;
    const said = "output" in result ? `: ${firstLines(result.output, 1)}` : "";
    const what = `systemd does not tell its times: ${describeCommandFailure(result, timeoutMs)}${said}`;
    return { what, fix: "Try `systemctl show`; where only root may ask, run parbake as root." };
  };
  const told = [
    await show(`--property=${MANAGER_PROPERTIES.join(",")}`),
    // All: a unit that is inactive again, as a oneshot is, is left out else.
    await show("--all", `--property=${UNIT_PROPERTIES.join(",")}`, "--", "*"),
    await show("--property=Id", "--value", "--", "default.target"),
  ] as const;
  const [managerText, unitsText, target] = told;
  if (typeof managerText !== "string") return managerText;
  if (typeof unitsText !== "string") return unitsText;
  if (typeof target !== "string") return target;
  const manager = parseManager(managerText);
  if (manager === null) return { what: "systemd does not say when it began", fix: "Ask a systemd of the system." };
  return { manager, units: parseUnits(unitsText), target: target.trim() };
}
