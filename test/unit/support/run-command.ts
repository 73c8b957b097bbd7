// One command in this process, on a scratch image and without IMDS: what it says and how it ends.

import assert from "node:assert/strict";
import { run } from "../../../agent/run.ts";
import type { ScratchImage } from "../../binary/support/scratch-image.ts";

export interface Said {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

export async function runCommand({ root }: Pick<ScratchImage, "root">, ...words: readonly string[]): Promise<Said> {
  const said = { out: "", err: "" };
  const status = await run([...words, "--root", root], {
    environment: { AWS_EC2_METADATA_DISABLED: "true" },
    writeOut: (text) => (said.out += text),
    writeError: (text) => (said.err += text),
    rewrite: () => assert.fail("no terminal"),
    isTerminalOut: false,
    isTerminalError: false,
  });
  return { status, ...said };
}
