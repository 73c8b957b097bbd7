// The config that init writes, with what it saw as comments. Pure.

import { normalize } from "node:path/posix";
import { SCHEMA_FILE } from "../names/own-places.ts";
import { shown } from "../shown.ts";
import { PROFILES } from "../tuning/profiles.ts";
import { isActive, sectionsOf, type Proposal, type Section } from "./proposal.ts";

/** @param root of a mounted image, which the booted machine does not know */
export function printConfig(systemName: string, proposals: readonly Proposal[], root: string): string {
  const print = (key: Section["key"], about: string) => printSection(key, about, proposals, root);
  return [
    printHead(systemName, proposals),
    print("apps", APPS),
    SECRETS,
    print("folders", "Made before the files."),
    print("files", FILES),
    print("vars", "What templates see as vars.NAME."),
  ]
    .filter((part) => part !== "")
    .join("\n");
}

function printHead(systemName: string, proposals: readonly Proposal[]): string {
  const found = proposals.filter(({ unit }) => unit !== null);
  const lines = found.map(({ name, evidence }) => `  ${name}: ${evidence.join(", ")}`);
  const what = found.length === 0 ? "no app that parbake has a profile for" : "these apps";
  return `${MODELINE}${comment([`Written by \`parbake init\` for ${systemName}, where it found ${what}.`, ...lines])}\n${GENERAL}`;
}

/** By which yaml-language-server, and so most editors, complete and check what is typed. */
const MODELINE = `# yaml-language-server: $schema=${SCHEMA_FILE}\n`;

const GENERAL = `imds: required # or optional: without IMDS, go on with the hardware alone
# launchOn: [m7g.*, "r7g.{large..8xlarge}"] # the instance types that the image is for, all of its own architecture
# reserve: { memory: { share: 5%, min: 256MiB } } # for the kernel, sshd, agents; parbake has a rule of its own
`;

const APPS = `They share the memory by weight: memory: { weight: 3, min: 512MiB, max: 31GiB }.
\`parbake tune PROFILE\` prints what a profile sets; its options go into options: { ... }.`;

const SECRETS = `# Into memory, for whoever owns the file; templates name it as {{secrets.db.password.path}}.
# secrets:
#   db: { id: prod/db, keys: { password: { file: db/password, owner: root, mode: "0400" } } }
`;

const FILES = `In this order. What is to be done in the bake is in the head of each template.`;

function printSection(key: Section["key"], about: string, proposals: readonly Proposal[], root: string): string {
  const parts = proposals.flatMap((proposal) => {
    const text = sectionsOf(proposal.name, proposal.profile, proposal.entries).find((each) => each.key === key)!.text;
    return text === "" ? [] : [{ proposal, text }];
  });
  if (parts.length === 0) return "";
  const head = parts.some(({ proposal }) => isActive(proposal)) ? `${key}:\n` : `# ${key}:\n`;
  const body = parts.map(({ proposal, text }) => printPart(key, proposal, text, root));
  return `${comment(about.split("\n"))}${head}${body.join("")}`;
}

function printPart(key: Section["key"], proposal: Proposal, text: string, root: string): string {
  if (isActive(proposal)) return text;
  const reasons = key === "apps" ? explainComment(proposal, root) : [];
  return [...reasons.map((reason) => `  # ${shown(reason)}\n`), text.replaceAll(/^  (?=.)/gm, "  # ")].join("");
}

function explainComment({ unit, profile, problems }: Proposal, root: string): readonly string[] {
  if (unit === null) return [`If the image is to have ${PROFILES.get(profile)!.about}:`];
  const mounted = `${normalize(root).replace(/\/$/, "")}/`;
  return problems.map(({ what }) => `Not yet: ${what.replaceAll(mounted, "/")}.`);
}

function comment(lines: readonly string[]): string {
  return lines.map((line) => `# ${shown(line)}\n`).join("");
}
