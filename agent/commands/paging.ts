// Holds what a command says to a person until it is over. Then a pager shows it, with no deadline: the work is done.

import { choosePager } from "../cli/choose-pager.ts";
import type { Invocation } from "../cli/invocation.ts";
import type { World } from "./world.ts";

interface Paging {
  /** For the command. */
  readonly world: World;
  /** Called when it is over, whatever became of it. */
  readonly show: () => Promise<void>;
}

export function openPaging(invocation: Invocation, world: World): Paging {
  const { page, environment, isTerminalOut, stop } = world;
  const pager = choosePager(invocation, environment, isTerminalOut);
  if (pager === null || page === undefined) return { world, show: async () => {} };
  let text = "";
  let afterwards = "";
  const holding: World = {
    ...world,
    writeOut: (more) => (text += more),
    // What is told after the first words stands below them, as it would without a pager.
    writeError: (more) => (text === "" ? world.writeError(more) : (afterwards += withLineEnd(more))),
  };
  const show = async (): Promise<void> => {
    const isShown = text === "" || (stop?.aborted !== true && (await page(pager, text)));
    if (!isShown) world.writeOut(text);
    if (afterwards !== "") world.writeError(afterwards);
  };
  return { world: holding, show };
}

function withLineEnd(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}
