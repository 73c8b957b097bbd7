// Logs the files that somebody else edited or made at the places of a plan.

import type { Log } from "../log.ts";
import type { StagedTarget } from "./files/staged.ts";

export function logContacts(staged: readonly StagedTarget[], log: Log): void {
  for (const { target, change, file } of staged) {
    const contact = file?.contact;
    if (contact?.kind === "drifted") {
      const edited = `${target.path} was edited by hand (${contact.since})`;
      if (change.difference === "kept") log("info", `${edited}: parbake keeps the edit`);
      else log("warn", `${edited}: parbake overwrites the edit`);
    }
    if (contact?.kind === "adopted" && change.difference === "update")
      log("info", `${target.path} was there before parbake, which replaces it`);
  }
}
