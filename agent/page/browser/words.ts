// What the page says in more than one of its parts.

import { formatBytes } from "../../size.ts";
import type { Bound, Setting } from "../../tuning/profile/profile.ts";
import type { Verdict } from "../try-machine.ts";

export function describeVerdict(verdict: Verdict): string {
  switch (verdict) {
    case "fits":
      return "fits";
    case "reduced":
      return "fits, with less";
    case "warned":
      return "fits, too tightly";
    case "small":
      return "too small";
    case "other":
      return "other CPU";
  }
}

/** A whole sentence, for whoever does not know the word. */
export function explainVerdict(verdict: Verdict): string {
  switch (verdict) {
    case "fits":
      return "Every app has all that its profile would give it.";
    case "reduced":
      return "An app gave something up, or an optional one is left out.";
    case "warned":
      return "A value is legal, and no expert would sign it.";
    case "small":
      return "The floors of the apps do not fit.";
    case "other":
      return "The image is not built for its CPUs.";
  }
}

export function explainBound(bound: Exclude<Bound, null>): string {
  switch (bound) {
    case "floor":
      return "raised to its floor";
    case "cap":
      return "held at its cap";
    case "user":
      return "as you set it";
    case "share":
      return "lowered to fit into the app's share";
    case "ladder":
      return "given up, so that the app fits";
    case "disk":
      return "lowered to fit onto the disk";
  }
}

export function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `901226kB (880.1 MiB)`: the app's own spelling, and what it means where that is hard to read. */
export function readableAmount({ unit, value, text }: Setting): string | null {
  if (unit !== "bytes" || typeof value !== "number") return null;
  const readable = formatBytes(value);
  return readable.replace(" ", "") === text || !/\d{4}|0x/.test(text) ? null : readable;
}
