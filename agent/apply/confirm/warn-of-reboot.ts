// Why a reboot would not take a run back, though nobody has confirmed it: the boot's run does that, if it is there and may write there.

import { dirname } from "node:path";
import { readImageText } from "../../image/read-image-text.ts";
import type { Problem } from "../../refusal.ts";
import { listLacks, SANDBOXES } from "../../sandbox/drop-in.ts";
import type { Change } from "../change/change.ts";
import { isBootRunEnabled, type TimerContext } from "./revert-timer.ts";

export async function warnOfReboot(
  changes: readonly Change[],
  context: TimerContext & { readonly root: string },
): Promise<Problem[]> {
  const isEnabled = await isBootRunEnabled(context);
  return [...(isEnabled ? [] : [NOT_ENABLED]), ...findClosed(changes, context.root)];
}

const NOT_ENABLED: Problem = {
  what: "parbake.service is not enabled: if the machine reboots before you confirm, nothing takes the files back at its start",
  fix: "Enable it: systemctl enable parbake.service. Or run `parbake revert` after the reboot.",
};

/** The unit's sandbox is that of the config which `install` has seen. */
function findClosed(changes: readonly Change[], root: string): Problem[] {
  const writable = [...new Set(changes.map(({ path }) => dirname(path)))];
  const [{ path } = { path: "" }] = SANDBOXES;
  const lacks = listLacks(readImageText(root, path) ?? "", { writable, startsPrograms: false });
  if (lacks.length === 0) return [];
  return [
    {
      what: `parbake.service may not ${lacks.join(", nor ")} (${path}): if the machine reboots before you confirm, it cannot take that back`,
      fix: "Let it, by the config of now: parbake install. Or run `parbake revert` after the reboot.",
    },
  ];
}
