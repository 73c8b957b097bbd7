// What `systemctl status` shows of a unit beside its state: by systemd-notify, for Node has no datagram sockets.

import { shown } from "../shown.ts";
import { runCommand } from "./run-command.ts";

const TIMEOUT_MS = 2_000;

/** @param socket of systemd's notifications: $NOTIFY_SOCKET */
export async function notifyStatus(socket: string, status: string): Promise<void> {
  // env, because a program of parbake's gets no variable of its own.
  await runCommand(["env", `NOTIFY_SOCKET=${socket}`, "systemd-notify", `--status=${shown(status)}`], TIMEOUT_MS);
}
