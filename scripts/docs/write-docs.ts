// Writes agent/tuning/README.md: every profile with its options and settings, from the code alone. Usage: write-docs.ts

import { writeFileSync } from "node:fs";
import { formatBytes, GIB } from "../../agent/size.ts";
import type { OptionRule, Profile, Setting } from "../../agent/tuning/profile/profile.ts";
import { PROFILES } from "../../agent/tuning/profiles.ts";
import { resolveOptions } from "../../agent/tuning/resolve-options.ts";
import { TOP } from "../building/build-pinned-node.ts";
import { formatPage } from "./format-page.ts";

export const DOCS = `${TOP}/agent/tuning/README.md`;

/** The machine that the page shows the settings for. */
const SAMPLE = {
  memoryBytes: 16 * GIB,
  vcpus: 4,
  cores: 2,
  architecture: "x86_64",
  network: { enis: 4, ipv4PerEni: 15 },
  dataDiskBytes: null,
  machine: { memoryBytes: 16 * GIB, vcpus: 4, disks: null, numaNodes: 1, gpus: null },
  neighbours: [],
} as const;

const INTRODUCTION = `# Tuning

Made by \`scripts/node scripts/docs/write-docs.ts\` from the profiles beside it.

\`\`\`sh
parbake tune --instance-type t4g.small,m7g.large     # the whole image, side by side
parbake page >sizes.html                             # the same to look at, and to try: apps, options, types; send it to anyone
parbake tune --all-types                             # every type of EC2: where it fits, the smallest of each family
parbake tune --all-types --family 'm7*' --fits --sort memory    # of these, where it fits, the smallest first; --max-memory 16GiB
parbake tune postgresql --memory 8GiB --cpus 4 --set workload=oltp --json    # one app alone, as a calculator
parbake explain db.shared_buffers                    # formula, the numbers in it, what bound it, what would change it
\`\`\`

\`parbake page\` is one HTML file for whoever would rather look: the machine divided, each setting with its reason, where the image
stops fitting, a setting over a family. It computes with the code that runs at boot, so its numbers are those of \`tune --json\`. It
begins with the image's apps, knows nothing of its secrets, files and vars, and loads nothing. What is edited stays in its address:
a link shares it. \`tune --html FILE\` writes it for the machines that \`tune\` is asked about.

- Every value is one that the app's own project, or a tool of its community, recommends, and the profile says which. parbake
  departs from it only if all of an app's settings at their worst together (every connection with all of its \`work_mem\`,
  every thread with its whole stack) would not fit into the app's share. \`scripts/bench-programs\` runs the real programs with
  their values under load; [bench-programs.txt](../../scripts/bench-programs.txt) shows what they took of their shares, from
  512 MiB to 16 GiB.
- More memory never gives an app less. More CPUs never give it fewer CPUs, nor less memory than its part by weight: what it
  had beyond that because others could not use it, they take back when more CPUs let them.
- On a small share an app gives up what its profile lists, in that order, and the run says so. A value that is legal but that
  no expert would sign is a warning that says what would help.
- \`custom\` tunes an app without a profile; its options are expressions: \`cacheSize: memoryBytes * 60%\`,
  \`workers: max(2, vcpus - 1)\`. [CUSTOM.md](CUSTOM.md) describes the language, with Varnish, etcd and Tomcat as examples.
  [WITHOUT.md](WITHOUT.md) says which programs have no profile because nothing in their config follows from the machine;
  [ADD.md](ADD.md) adds a profile.
- A CPU quota counts in whole CPUs, one at least, and so do the vCPUs of a burstable type, whose baseline is shown. Swap
  never counts as memory. Apps are tuned for all NUMA nodes together. Only \`custom\` uses GPUs and disk sizes, but for
  RabbitMQ's free disk.

A profile is one app that parbake can tune. Write its options in the config, \`apps: { db: { profile: postgresql, options: {
version: 16 } } }\`, or on the command line, \`parbake tune postgresql --memory 16GiB --cpus 4 --set version=16\`. Templates print
its settings: \`{{apps.db.shared_buffers}}\`. This page shows them for an app without options that has a share of
${formatBytes(SAMPLE.memoryBytes)} and ${SAMPLE.vcpus} vCPUs; \`parbake explain db.shared_buffers\` shows the formula with a machine's own numbers,
what bound the value, and what would change it.

An app of the config has the weight 1, unless its profile has another usual weight, and gets no more memory than its profile
says that it can use: see [MIXES.md](MIXES.md). A value below those that parbake warns of is legal, but no expert would sign it.
With \`enforce: true\`, systemd and the kernel keep an app to its share: see [ENFORCE.md](ENFORCE.md).
`;

export function formatDocs(): string {
  return formatPage(DOCS, [INTRODUCTION, ...[...PROFILES.values()].map(formatProfile)].join("\n"));
}

function formatProfile(profile: Profile): string {
  const { name, about, options, anyOption } = profile;
  const rules = [...Object.entries(options), ...(anyOption ? [["any name", anyOption] as const] : [])];
  return `## ${name}

${capitalize(about)}. ${describeMemory(profile)}

${rules.length === 0 ? "It has no options." : `Options:\n\n${rules.map(([option, rule]) => formatOption(option, rule)).join("\n")}`}

${formatSettings(profile)}${formatUseful(profile)}${formatLeftAlone(profile)}
`;
}

function describeMemory(profile: Profile): string {
  if (!profile.takesMemory) return "It takes no share of the memory.";
  const resolved = resolveOptions(profile, {});
  if (resolved.kind === "refused") return "";
  const cap = profile.capBytes(resolved.options, SAMPLE);
  const isByCpus =
    cap !== profile.capBytes(resolved.options, { ...SAMPLE, vcpus: 2 * SAMPLE.vcpus, cores: 2 * SAMPLE.cores });
  const most =
    cap === Infinity
      ? "can always use more"
      : `can use no more than ${formatBytes(cap)}${isByCpus ? " on so many CPUs" : ""}`;
  const weight = profile.usualWeight === 1 ? "" : ` Its usual weight is ${profile.usualWeight}.`;
  const rungs = profile.ladder.map(code).join(", ");
  const gives = rungs === "" ? "" : ` On a small share it gives up, in this order: ${rungs}.`;
  return `It needs at least ${formatBytes(profile.floorBytes(resolved.options))} and ${most}.${weight}${gives}`;
}

function formatUseful(profile: Profile): string {
  const resolved = resolveOptions(profile, {});
  if (resolved.kind === "refused") return "";
  const settings = profile.tune(SAMPLE, resolved.options);
  const lines = Object.entries(profile.useful(resolved.options)).map(([name, { least, because }]) => {
    const shown = settings[name]?.unit === "bytes" ? formatBytes(least) : String(least);
    return `- ${code(name)} below ${shown}: ${because}`;
  });
  return lines.length === 0 ? "" : `\n\nWarned of:\n\n${lines.join("\n")}`;
}

function formatLeftAlone({ leavesAlone = {} }: Profile): string {
  const lines = Object.entries(leavesAlone).map(([name, why]) => `- ${code(name)}: ${why}.`);
  return lines.length === 0 ? "" : `\n\nLeft alone:\n\n${lines.join("\n")}`;
}

function formatOption(name: string, rule: OptionRule): string {
  const fallback = rule.default === null ? "" : `, default ${code(formatValue(rule, rule.default))}`;
  return `- ${code(name)}: ${rule.about} (${describeKind(rule)}${fallback})`;
}

function describeKind(rule: OptionRule): string {
  const { kind, choices = [], min, max } = rule;
  if (kind === "choice") return choices.map(code).join(", ");
  const range = [
    min === undefined ? "" : `from ${formatValue(rule, min)}`,
    max === undefined ? "" : `to ${formatValue(rule, max)}`,
  ];
  return [kind, ...range].filter((word) => word !== "").join(" ");
}

function formatValue({ kind }: OptionRule, value: string | number | boolean): string {
  return kind === "size" && typeof value === "number" ? formatBytes(value) : String(value);
}

function formatSettings(profile: Profile): string {
  const resolved = resolveOptions(profile, {});
  const settings = resolved.kind === "refused" ? {} : profile.tune(SAMPLE, resolved.options);
  const lines = Object.entries(settings).map(([name, setting]) => formatSetting(name, setting));
  return lines.length === 0 ? "Its settings are named by its options." : `Settings:\n\n${lines.join("\n")}`;
}

function formatSetting(name: string, { text, unit, formula, source, note }: Setting): string {
  const shown = text.length > 40 || text.includes("\n") ? "" : `, ${code(text)}`;
  const remark = note === null ? "" : ` Differs: ${note.replace(/\.$/, "")}.`;
  return `- ${code(name)} (${unit}${shown}): ${code(formula)}, by ${source}.${remark}`;
}

function code(text: string): string {
  return `\`${text}\``;
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

if (import.meta.main) writeFileSync(DOCS, formatDocs());
