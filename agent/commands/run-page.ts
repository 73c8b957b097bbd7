// `parbake page`, and `tune --html`: a web page of an image and its machines, for whoever would rather look.

import { existsSync } from "node:fs";
import type { Command, MachineChoice } from "../cli/invocation.ts";
import type { Config } from "../config/config.ts";
import { readConfig } from "../config/read/read-config.ts";
import type { Ending } from "../ending.ts";
import type { Facts } from "../facts/facts.ts";
import type { Log } from "../log.ts";
import { CONFIG_FILE } from "../names/own-places.ts";
import type { PageStart } from "../page/assemble-page.ts";
import { draftOf, writeSize } from "../page/draft.ts";
import { EXAMPLE } from "../page/example.ts";
import { HERE, pageFacts, parseMachineSize } from "../page/machines.ts";
import { MOST_MACHINES } from "../page/page-state.ts";
import { Refusal } from "../refusal.ts";
import { formatBytes } from "../size.ts";
import { MOST_CPUS } from "../tuning/explain.ts";
import { PLENTY_BYTES } from "../tuning/profile/degraded.ts";
import { predictLaunches, predictMachines } from "./predict-machines.ts";
import type { Session } from "./session.ts";
import { writeOutput } from "./write-output.ts";
import { writePage } from "./write-page.ts";

/** Without a config, on a laptop, the page starts with an example. @throws Refusal `data` where a credential would get into it */
export async function runPage(
  { machine }: Extract<Command, { kind: "page" }>,
  { options, inputs, log, emitText }: Session,
): Promise<Ending> {
  const { configFile, root } = options;
  const isAtHome = root === "/" && configFile === CONFIG_FILE;
  const config = isAtHome && !existsSync(configFile) ? null : readConfig(configFile, root, inputs).config;
  if (config === null) log("info", `there is no ${configFile}: the page starts with an example`);
  emitText(writePage(startOf(config, nameMachines(config, machine, log), null)));
  return "done";
}

/** @param here the facts of this machine; null: it is not the one to show */
export function writeTunePage(
  file: string,
  config: Config,
  machine: MachineChoice,
  here: Facts | null,
  log: Log,
): Ending {
  const start = startOf(config, here === null ? nameMachines(config, machine, log) : [HERE], here);
  const problem = writeOutput("--html", file, writePage(start));
  if (problem !== null) throw new Refusal("cannot-write", problem);
  return "done";
}

function startOf(config: Config | null, machines: readonly string[], here: Facts | null): Omit<PageStart, "version"> {
  const draft = config === null ? EXAMPLE.draft : draftOf(config);
  return {
    state: { draft, machines, chosen: machines[0] ?? "", setting: "", family: "" },
    here: here === null ? null : pageFacts(here),
    origin: config === null ? "example" : "config",
  };
}

/** Where the command line names none, those that the image is for. */
function nameMachines(config: Config | null, choice: MachineChoice, log: Log): readonly string[] {
  switch (choice.kind) {
    case "size":
      return [nameSize(choice)];
    case "types":
      return namesOf(predictMachines(choice), log);
    case "here": {
      const own = config === null ? [] : namesOf(predictLaunches(config), log);
      return own.length > 0 ? own : usualMachines(config?.architectures ?? []);
    }
  }
}

/** @throws Refusal `usage` for one that the page would not show */
function nameSize({ memoryBytes, vcpus }: Extract<MachineChoice, { kind: "size" }>): string {
  const name = `${writeSize(memoryBytes)}/${vcpus}`;
  if (parseMachineSize(name) !== null) return name;
  throw new Refusal("usage", {
    what: `a machine of ${formatBytes(memoryBytes)} and ${vcpus} CPUs is larger than any that the page shows`,
    fix: `Give --memory up to ${formatBytes(PLENTY_BYTES)}, and --cpus up to ${MOST_CPUS}.`,
  });
}

function namesOf(machines: readonly Facts[], log: Log): readonly string[] {
  const names = machines.flatMap(({ instanceType }) => instanceType ?? []);
  if (names.length > MOST_MACHINES)
    log(
      "warn",
      `the page starts with the first ${MOST_MACHINES} of ${names.length} machines: more cannot be told apart`,
    );
  return names.slice(0, MOST_MACHINES);
}

/** For an image that does not say what it is for. */
function usualMachines(architectures: readonly string[]): readonly string[] {
  const isIntel = architectures.includes("x86_64") && !architectures.includes("arm64");
  return isIntel ? ["t3.small", "m7i.large", "r7i.2xlarge"] : EXAMPLE.machines;
}
