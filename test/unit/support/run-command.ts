// One command in this process, without a terminal: what it says and how it ends.

import assert from "node:assert/strict";
import type { World } from "../../../agent/commands/world.ts";
import { run } from "../../../agent/run.ts";
import type { ScratchImage } from "../../binary/support/scratch-image.ts";

export interface Said {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** On a scratch image and without IMDS. */
export function runCommand({ root }: Pick<ScratchImage, "root">, ...words: readonly string[]): Promise<Said> {
  return runHere([...words, "--root", root], { environment: { AWS_EC2_METADATA_DISABLED: "true" } });
}

/** @param world what is otherwise than nothing at all: no variable, nobody who asks it to stop */
export async function runHere(words: readonly string[], world: Partial<World> = {}): Promise<Said> {
  const said = { out: "", err: "" };
  const status = await run(words, {
    environment: {},
    writeOut: (text) => (said.out += text),
    writeError: (text) => (said.err += text),
    rewrite: () => assert.fail("no terminal"),
    isTerminalOut: false,
    isTerminalError: false,
    ...world,
  });
  return { status, ...said };
}
