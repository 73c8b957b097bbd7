// Whether this machine keeps IMDS to systemd-imdsd: a `prohibit` route, and the daemon's socket.

import { existsSync } from "node:fs";
import { isUsual } from "./imds-endpoint.ts";
import type { Again } from "./imds-retry.ts";

/** As systemd-imdsd@.service(8) has it. */
export const DAEMON_SOCKET = "/run/systemd/io.systemd.InstanceMetadata";

/** The daemon is to be asked. */
export class Locked extends Error {}

/** @throws Locked where a try has come to `last`, and the daemon can be asked instead */
export function leaveToDaemon(endpoint: URL, last: Again | null): void {
  if (last?.trouble === "forbidden" && isUsual(endpoint) && existsSync(DAEMON_SOCKET)) throw new Locked();
}
