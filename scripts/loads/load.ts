// A load: a program, the share that parbake tunes it for, and what makes it take all of that.

import { GIB, MIB } from "../../agent/size.ts";
import type { Programs } from "../../test/real/support/open-programs.ts";
import type { Size, Tuned } from "../../test/real/support/tune.ts";

interface Share extends Size {
  readonly bytes: number;
}

export interface Load {
  /** The program and its version, and what is special about it. */
  readonly title: string;
  readonly profile: string;
  readonly options: readonly string[];
  readonly share: Share;
  /** The programs whose memory counts, by names that are cut to 15 characters. */
  readonly processes: readonly string[];
  /** @returns what it has done, in a few words. Rejects if the program refused a part of it. */
  run(programs: Programs, tuned: Tuned): Promise<string>;
}

export function shareOf(bytes: number, vcpus = 2): Share {
  return { memory: `${bytes}B`, vcpus, bytes };
}

/** A t3.micro's half, a t3.small, an m7i.xlarge. */
const SHARES: readonly Share[] = [shareOf(512 * MIB), shareOf(2 * GIB), shareOf(16 * GIB, 4)];

export function atEachShare(load: Omit<Load, "share">, shares = SHARES): readonly Load[] {
  return shares.map((share) => ({ ...load, share }));
}
