// Whether a command paints what it says, and how wide it is: by where it goes.

import { chooseColumns } from "../cli/choose-columns.ts";
import type { Command, GlobalOptions } from "../cli/invocation.ts";
import { loadRuler } from "../cli/ruler.ts";
import { choosePaint, type Paint } from "../cli/text.ts";
import type { World } from "./world.ts";

/** What a boot and a program read has no lines to break. */
export async function openPaint({ kind }: Command, { json }: GlobalOptions, world: World): Promise<Paint> {
  const { environment, isTerminalOut, readColumns } = world;
  const isColoured = isTerminalOut && !environment["NO_COLOR"] && environment["TERM"] !== "dumb";
  if (json || (SELDOM_READ.has(kind) && !isTerminalOut)) return choosePaint(isColoured);
  const columns = chooseColumns(environment["COLUMNS"], isTerminalOut, readColumns?.() ?? null);
  return choosePaint(isColoured, columns, await loadRuler());
}

/** Commands that units run, whose words go to the journal. */
const SELDOM_READ: ReadonlySet<Command["kind"]> = new Set(["apply", "ready", "version"]);
