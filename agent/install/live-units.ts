// What an uninstallation asks of the systemd that runs this machine: to start nothing of parbake's any more, and to forget it.

import { existsSync } from "node:fs";
import type { Deadline } from "../deadline.ts";
import { describeCommandFailure, firstLines, type RunCommand } from "../host/run-command.ts";
import { Refusal } from "../refusal.ts";
import { SECRETS_FOLDER } from "./find-secrets.ts";
import { VENDOR_UNITS } from "./layout.ts";

/** What starts others comes first. */
const STOPPED = [
  "parbake-refresh.timer",
  "parbake-retry.timer",
  "parbake-held.service",
  "parbake-refresh.service",
  "parbake.service",
];

/** @throws Refusal where one goes on */
export async function stopUnits(run: RunCommand, deadline: Deadline): Promise<void> {
  const known = STOPPED.filter((unit) => existsSync(`${VENDOR_UNITS}/${unit}`));
  if (known.length > 0) await order(["systemctl", "stop", "--", ...known], run, deadline);
}

/** Empty by now. Lazily: a service may have opened a secret, and keeps that until it ends. */
export async function unmountSecrets(run: RunCommand, deadline: Deadline): Promise<void> {
  await order(["umount", "--lazy", SECRETS_FOLDER], run, deadline);
}

/** Failed ones would be listed for as long as the machine is up. */
export async function forgetUnits(run: RunCommand, deadline: Deadline): Promise<void> {
  await order(["systemctl", "daemon-reload"], run, deadline);
  // Fails where none has failed.
  await run(["systemctl", "reset-failed", "parbake*"], deadline.remainingMs(), deadline.signal);
}

async function order(argv: readonly string[], run: RunCommand, deadline: Deadline): Promise<void> {
  const timeoutMs = deadline.remainingMs();
  const result = await run(argv, timeoutMs, deadline.signal);
  if (result.kind === "exited" && result.status === 0) return;
  const said = "output" in result ? firstLines(result.output, 1) : "";
  throw new Refusal("system", {
    what: `\`${argv.join(" ")}\`: ${describeCommandFailure(result, timeoutMs)}${said === "" ? "" : `: ${said}`}`,
    fix: "Look at `journalctl -b _PID=1`, and run parbake uninstall again.",
  });
}
