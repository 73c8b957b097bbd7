// The screens that test/screens keeps as golden text: by name, what makes each.

import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatFacts } from "../../../agent/cli/print/print-facts.ts";
import { formatFleet } from "../../../agent/cli/print/print-fleet.ts";
import { formatStatus } from "../../../agent/cli/print/print-status.ts";
import { loadRuler } from "../../../agent/cli/ruler.ts";
import { choosePaint, type Paint } from "../../../agent/cli/text.ts";
import { makeFolder } from "../../support/folders.ts";
import { runHere } from "./run-command.ts";
import { SCREEN_FACTS, SCREEN_FLEET, SCREEN_STATUS, TROUBLED_STATUS } from "./screen-values.ts";

export const SCREENS = join(import.meta.dirname, "../../screens");

const THREE = "m7g.large,m7g.xlarge,r7g.large";
const FIVE = `${THREE},t4g.small,c7g.16xlarge`;

/** Of commands, on the image of test/screens. */
const COMMANDS: Readonly<Record<string, string>> = {
  help: "help",
  profiles: "profiles",
  templates: "templates",
  "help-exit-status": "help exit-status",
  "help-plan": "help plan",
  "help-fleet": "help fleet",
  "help-tune": "tune --help",
  "help-postgresql": "tune postgresql --help",
  plan: "plan --instance-type m7g.large",
  "plan-diff": "plan --diff --instance-type m7g.large",
  "plan-all": "plan --all --instance-type m7g.large",
  "plan-three": `plan --instance-type ${THREE}`,
  "plan-five": `plan --instance-type ${FIVE}`,
  tune: "tune --instance-type m7g.large",
  "tune-three": `tune --instance-type ${THREE}`,
  "tune-five": `tune --instance-type ${FIVE}`,
  "tune-families": "tune --all-types --family m7*,t4g --fits --sort memory",
  "tune-postgresql": "tune postgresql --instance-type m7g.large",
  "explain-app": "explain db --instance-type m7g.large",
  "explain-setting": "explain db.shared_buffers --instance-type m7g.large",
};

/** Of values that a machine, a run or EC2 would have to be there for. */
const PRINTED: Readonly<Record<string, (paint: Paint) => string>> = {
  facts: (paint) => formatFacts(SCREEN_FACTS, paint),
  fleet: (paint) => formatFleet(SCREEN_FLEET, paint),
  status: (paint) => formatStatus(SCREEN_STATUS, paint),
  "status-troubled": (paint) => formatStatus(TROUBLED_STATUS, paint),
};

export const SCREEN_NAMES: readonly string[] = [...Object.keys(COMMANDS), ...Object.keys(PRINTED)];

export async function drawScreen(name: string, columns: number): Promise<string> {
  const print = PRINTED[name];
  if (print !== undefined) return print(choosePaint(false, columns, await loadRuler()));
  const [root, words] = [makeImage(), COMMANDS[name]!.split(" ")];
  const { out } = await runHere([...words, "--root", root], { environment: { COLUMNS: String(columns) } });
  // As long as it was, so that lines break in the same place.
  return out.replaceAll(root, "/mnt/screens".padEnd(root.length, "-"));
}

/** Every file is of whoever runs the test. */
function makeImage(): string {
  const root = makeFolder("/tmp", "test", "run");
  cpSync(join(SCREENS, "image"), root, { recursive: true });
  for (const folder of ["etc/default", "srv", "run/parbake/secrets"])
    mkdirSync(join(root, folder), { recursive: true });
  const [uid, gid] = [process.getuid!(), process.getgid!()];
  writeFileSync(join(root, "etc/passwd"), `root:x:${uid}:${gid}::/:/bin/false\n`);
  writeFileSync(join(root, "etc/group"), `root:x:${gid}:\n`);
  return root;
}
