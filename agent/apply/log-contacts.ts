// Tells the log what parbake found at its places that was not its own work.

import type { Log } from "../log.ts";
import type { StagedTarget } from "./files/staged.ts";

export function logContacts(staged: readonly StagedTarget[], log: Log): void {
  for (const { target, change, file } of staged) {
    const contact = file?.contact;
    if (contact?.kind === "drifted") {
      const edited = `${target.path} was edited by hand (${contact.since})`;
      if (change.difference === "kept") log("info", `${edited}, and is left so`);
      else log("warn", `${edited}: the edit is overwritten`);
    }
    if (contact?.kind === "adopted" && change.difference === "update")
      log("info", `${target.path} was there before parbake: it is replaced`);
  }
}
