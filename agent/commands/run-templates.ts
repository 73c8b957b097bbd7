// `parbake templates`: the ready templates and the documents that parbake carries, so that a bake, and whoever is on an instance, needs
// the binary and nothing else. Needs no config, no root and no network.

import { listCarried, readCarried } from "../carried.ts";
import type { Command } from "../cli/invocation.ts";
import { formatTemplates } from "../cli/print/print-templates.ts";
import { joinWords } from "../cli/text.ts";
import type { Ending } from "../ending.ts";
import { suggest } from "../nearest.ts";
import { Refusal } from "../refusal.ts";
import { describeTemplate, findTemplates, type ReadyTemplate } from "../template/ready-template.ts";
import type { Session } from "./session.ts";

const FOLDER = "templates";
interface Carried extends ReadyTemplate {
  /** Below the top of the source tree. */
  readonly path: string;
}

export const DOCUMENTS: readonly Carried[] = (
  [
    ["parbake.md", "README.md", "Where to begin"],
    ["bake.md", "scripts/bake/README.md", "A bake in ten steps"],
    ["config.md", "agent/config/README.md", "The config"],
    ["templates.md", `${FOLDER}/README.md`, "How to write a template: names and helpers"],
    ["secrets.md", "agent/apply/secrets/README.md", "Credentials"],
    ["tuning.md", "agent/tuning/README.md", "The profiles, their options and settings"],
    ["custom.md", "agent/tuning/CUSTOM.md", "How to tune an app without a profile"],
    ["without.md", "agent/tuning/WITHOUT.md", "Which programs have no profile, and why"],
    ["enforce.md", "agent/tuning/ENFORCE.md", "How systemd and the kernel keep apps to their shares"],
    ["mixes.md", "agent/tuning/MIXES.md", "How usual machines are divided"],
    ["install.md", "agent/install/README.md", "How parbake is installed, and which units wait for it"],
    ["seal.md", "agent/seal/README.md", "What must not be in an image"],
    ["commands.md", "agent/cli/README.md", "The command line, the environment, the exit statuses"],
    ["fleet.md", "agent/fleet/README.md", "How old the images in use are"],
    ["promises.md", "agent/apply/README.md", "What you can count on"],
    ["troubleshooting.md", "TROUBLESHOOTING.md", "When something fails, by exit status, line and symptom"],
    ["upgrading.md", "UPGRADING.md", "How to upgrade, and what a version promises"],
    ["security.md", "SECURITY.md", "The threat model, and how to report a vulnerability"],
    ["faq.md", "FAQ.md", "When not to use parbake, and how it differs from others"],
    ["json.md", "agent/cli/JSON.md", "Every JSON document"],
  ] as const
).map(([name, path, about]) => ({ name, path, profile: null, about }));

export function runTemplates(
  { name }: Extract<Command, { kind: "templates" }>,
  { options, emit, say }: Session,
): Ending {
  const all = [...listTemplates(), ...DOCUMENTS];
  if (name === null) {
    if (options.json) emit({ schema: 1, templates: all.map(describe) });
    else say(all, formatTemplates);
    return "done";
  }
  const found = findOne(name, all);
  const content = readCarried(found.path);
  if (options.json) emit({ schema: 1, templates: [{ ...describe(found), text: content }] });
  else say({ content }, (shown) => shown.content);
  return "done";
}

function describe({ name, profile, about }: Carried): ReadyTemplate {
  return { name, profile, about };
}

function listTemplates(): Carried[] {
  const paths = listCarried(FOLDER).filter((path) => path.endsWith(".hbs"));
  return paths.map((path) => ({ ...describeTemplate(path.slice(FOLDER.length + 1), readCarried(path)), path }));
}

/** @throws Refusal where it is none, or more than one: the output may go into a file */
function findOne(name: string, all: readonly Carried[]): Carried {
  const [template, ...others] = findTemplates(name, all);
  if (template !== undefined && others.length === 0) return template;
  if (template === undefined) {
    const known = all.flatMap((each) => [each.name, ...(each.profile === null ? [] : [each.profile])]);
    const what = `parbake carries no template '${name.slice(0, 60)}'`;
    throw new Refusal("usage", { what, fix: suggest(name, [...new Set(known)]) });
  }
  const names = [template, ...others].map((each) => each.name);
  const what = `'${name}' is ${names.length} templates: ${joinWords(names)}`;
  throw new Refusal("usage", { what, fix: `Name one: \`parbake templates ${template.name}\`.` });
}
