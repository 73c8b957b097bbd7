// A JVM whose heap is full of references across it, with its stacks, direct memory and metaspace full at the same time.

import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { GIB, KIB, MIB } from "../../agent/size.ts";
import type { Programs } from "../../test/real/support/open-programs.ts";
import { numberOf, type Tuned, textOf } from "../../test/real/support/tune.ts";
import { atEachShare, type Load, shareOf } from "./load.ts";

/** As many as the profile reckons with. */
const CLASSES = 15_000;

/** As far as the profile reckons that a stack is touched. */
const MOST_TOUCHED_BYTES = 512 * KIB;

const HOLD_SECONDS = 4;

/** Each by the collector that HotSpot takes at that size by itself, and the others where they have the least room. */
export const javaLoads: readonly Load[] = [
  ...atEachShare(java("Java 17", "auto")),
  ...atEachShare(java("Java 17, G1", "g1"), [shareOf(512 * MIB)]),
  ...atEachShare(java("Java 17, Parallel", "parallel"), [shareOf(2 * GIB)]),
];

function java(title: string, gc: string): Omit<Load, "share"> {
  return { title, profile: "jvm", options: [`gc=${gc}`], processes: ["java"], run };
}

async function run({ machine, root }: Programs, tuned: Tuned): Promise<string> {
  await copyFile(new URL("BenchLoad.java", import.meta.url).pathname, join(root, "srv/BenchLoad.java"));
  await machine.run(["javac", "-d", "/srv", "/srv/BenchLoad.java"]);
  // The JVM has threads of its own beside the application's.
  const threads = numberOf(tuned, "threads");
  // More than the profile reckons that a stack is touched is not what a server does.
  const stackBytes = Math.min(MOST_TOUCHED_BYTES, numberOf(tuned, "threadStack"));
  const environment = `JAVA_TOOL_OPTIONS=${textOf(tuned, "options")}`;
  const parameters = [threads, stackBytes, CLASSES, HOLD_SECONDS].map(String);
  const program = ["env", environment, "java", "-cp", "/srv", "BenchLoad", ...parameters];
  const said = await machine.run(program);
  return `${textOf(tuned, "gc")}, ${threads} stacks of ${stackBytes / KIB} KiB, ${CLASSES} classes, ${said}`;
}
