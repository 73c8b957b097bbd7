// Reads the file of `apply --plan`, which is input like any other: from a person, and maybe from somebody else.

import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { Refusal } from "../refusal.ts";
import { errnoOf } from "./file-error.ts";
import { parseSavedPlan, type SavedPlan } from "./saved-plan.ts";

// Hundreds of times a large image's plan.
const MOST_BYTES = 256 * 1024 * 1024;

/** @throws Refusal `data` where it is no plan, `permission` where every user may have written it, `usage` where it is not there */
export function readSavedPlan(file: string): SavedPlan {
  return parseSavedPlan(readText(file), file);
}

function readText(file: string): string {
  try {
    const fd = openSync(file, "r");
    try {
      const { mode, size } = fstatSync(fd);
      if ((mode & 0o002) !== 0) throw openToAll(file);
      if (size > MOST_BYTES) throw unreadable(file, "it is too large for a plan");
      return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(fd));
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    if (error instanceof TypeError) throw unreadable(file, "it is not UTF-8");
    switch (errnoOf(error)) {
      case "ENOENT":
      case "ENOTDIR":
        throw new Refusal("usage", { what: "there is no such plan", fix: "Give the file's path.", at: { file } });
      case "EACCES":
        throw new Refusal("permission", { what: "the plan may not be read", fix: "Mend its mode.", at: { file } });
      case null:
        throw error;
      default:
        throw unreadable(file, "it cannot be read");
    }
  }
}

function unreadable(file: string, what: string): Refusal {
  return new Refusal("data", { what, fix: "Give the file that `parbake plan --json` wrote.", at: { file } });
}

// What is in it is done as root.
function openToAll(file: string): Refusal {
  const what = "every user may write to the plan";
  return new Refusal("permission", { what, fix: "Make it anew, where only root may write.", at: { file } });
}
