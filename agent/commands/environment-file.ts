// What /etc/parbake/environment says to a command that a person runs, read as systemd reads it for parbake's units. What the
// person's own environment says goes first. Not for a boot, whose unit has it in its environment already.

import { readEnvironmentFile } from "../formats/readers/env.ts";
import { Malformed } from "../formats/readers/scanner.ts";
import type { InputKind } from "../host/inputs/explain-read.ts";
import { Inputs } from "../host/inputs/inputs.ts";
import { isRoot } from "../host/own-ids.ts";
import { refusingUntrusted } from "../host/trust.ts";
import { VARIABLES, type Environment } from "../process/environment.ts";
import { formatProblem, Refusal } from "../refusal.ts";
import { MARK } from "../utf8.ts";
import type { Session } from "./session.ts";

/** Variables that a person's own stand in for, if any of these is set: parts of one choice do not come from two places. */
const CHOICES: readonly (readonly [fromFile: RegExp, own: RegExp])[] = [
  [/^AWS_(DEFAULT_)?REGION$/, /^AWS_(DEFAULT_)?REGION$/],
  [/^AWS_(ENDPOINT_URL|USE_)/, /^AWS_(ENDPOINT_URL$|USE_)/],
  [/^AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)$/, /^AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)$/],
  [/^AWS_EC2_METADATA_/, /^AWS_EC2_METADATA_/],
];

const KIND: InputKind = {
  name: "the environment file",
  mostBytes: 1024 * 1024,
  code: "config",
  absent: { code: "config", what: "there is no such file", fix: "Write it, or remove its dangling symlink." },
};

/**
 * @param file which is there
 * @throws Refusal where systemd would leave a part of it out, or where others than root may write it
 */
export function withEnvironmentFile(session: Session, file: string): Session {
  const given = readGiven(file, session);
  const taken = Object.entries(given).filter(([name]) => isFree(name, session.environment));
  if (taken.length > 0) session.log("info", `${taken.map(([name]) => name).join(", ")}: from ${file}`);
  return { ...session, environment: { ...session.environment, ...Object.fromEntries(taken) } };
}

function readGiven(file: string, { log }: Session): Environment {
  // Whatever the command: all of them ask somebody, with the machine's role.
  const inputs = new Inputs("/", refusingUntrusted(log));
  try {
    return parse(
      inputs.telling(() => inputs.readMarked(file, KIND)),
      file,
    );
  } catch (error) {
    // It may hold a key, and then it is for root alone; anybody may ask for the plan all the same.
    if (!(error instanceof Refusal) || error.code !== "permission" || isRoot()) throw error;
    for (const problem of error.problems) log("warn", formatProblem(problem));
    return {};
  }
}

function parse(text: string, file: string): Environment {
  refuseUnseen(text, file);
  try {
    const found = readEnvironmentFile(text).filter(({ name }) => isTaken(name));
    return Object.fromEntries(found.map(({ name, value }) => [name, value]));
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    const line = text.slice(0, error.offset).split("\n").length;
    const fix = "Write NAME=value, in quotes if it has blanks: systemd skips what it cannot read, without a word.";
    throw new Refusal("config", { what: error.message, fix, at: { file, line } });
  }
}

/** What an editor does not show, and systemd takes for a part of a name, or of no text at all. */
function refuseUnseen(text: string, file: string): void {
  if (text.startsWith(MARK)) {
    const what = "it begins with a byte order mark, for which systemd skips the first line";
    throw new Refusal("config", { what, fix: "Save it as UTF-8 without one.", at: { file, line: 1 } });
  }
  const nul = text.indexOf("\0");
  if (nul < 0) return;
  const line = text.slice(0, nul).split("\n").length;
  const what = "a NUL is in it, for which systemd reads nothing of the file";
  throw new Refusal("config", { what, fix: "Remove it: it is no text.", at: { file, line } });
}

/** Where AWS and IMDS are, how they are reached and by whom. */
function isTaken(name: string): boolean {
  return VARIABLES.includes(name) && /^AWS_|_PROXY$/i.test(name);
}

function isFree(name: string, own: Environment): boolean {
  const set = Object.keys(own).filter((each) => own[each] !== undefined);
  if (set.some((each) => each.toUpperCase() === name.toUpperCase())) return false;
  return !CHOICES.some(([fromFile, other]) => fromFile.test(name) && set.some((each) => other.test(each)));
}
