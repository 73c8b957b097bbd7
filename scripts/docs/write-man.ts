// Writes the man pages into a folder: parbake(1) from the table of commands, parbake.yaml(5) and
// parbake-templates(7) from the documents.
// Usage: write-man.ts FOLDER VERSION DATE

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CommandRule, COMMANDS, EXIT_MEANINGS, optionOf } from "../../agent/cli/commands.ts";
import { GLOBAL_OPTIONS, type OptionName, type OptionRule, OPTIONS, SHORT_OPTIONS } from "../../agent/cli/options.ts";
import { TOP } from "../building/build-pinned-node.ts";
import { convertMarkdown, readBody, readSection } from "./markdown-to-roff.ts";
import { formatExample, formatHeading, formatIndented, formatParagraph, formatTagged, formatTitle } from "./roff.ts";

/** Where parbake finds and leaves things. */
const FILES: readonly (readonly [path: string, about: string])[] = [
  ["/etc/parbake/parbake.yaml", "the config: see **parbake.yaml**(5)"],
  ["/etc/parbake/parbake.d/", "more of it, read in the order of names"],
  ["/etc/parbake/templates/", "the templates that the config names"],
  ["/etc/parbake/environment", "endpoints, a proxy or a CA for parbake's services"],
  ["/run/parbake/secrets/", "the secrets, in memory alone"],
  ["/run/parbake/report.json", "what the last run did"],
  ["/var/lib/parbake/", "which files are parbake's, and the journal of a run that was cut short"],
];

/** The chapters of parbake.yaml(5), each a page. */
const CHAPTERS: readonly (readonly [title: string, page: string])[] = [
  ["The config", "agent/config/README.md"],
  ["Templates", "templates/README.md"],
  ["Credentials", "agent/apply/secrets/README.md"],
];

const readPage = (path: string): string => readFileSync(join(TOP, path), "utf8");

export function formatCommandsPage(version: string, date: string): string {
  return page([
    formatTitle("parbake", 1, date, version),
    formatHeading("Name"),
    "parbake \\- the last 5 % of a baked machine image: tuning, config files, credentials",
    formatHeading("Synopsis"),
    formatParagraph("**parbake** `command` [`options`]"),
    formatHeading("Description"),
    formatParagraph(
      "parbake runs at boot, from `parbake.service`. It asks which instance it runs on, divides memory and CPUs among the " +
        "image's apps, renders their config files, puts their secrets into memory, and exits.",
    ),
    formatHeading("Commands"),
    ...Object.entries(COMMANDS).map(([name, rule]) => formatCommand(name, rule)),
    formatHeading("Options"),
    ...GLOBAL_OPTIONS.map((name) => formatOption(name, OPTIONS[name])),
    formatHeading("Exit status"),
    ...EXIT_MEANINGS.map(([status, meaning]) => formatTagged(`**${status}**`, meaning)),
    formatHeading("Environment"),
    convertMarkdown(readSection(readPage("agent/cli/README.md"), "The environment")),
    formatHeading("Files"),
    ...FILES.map(([path, about]) => formatTagged(`\`${path}\``, about)),
    formatHeading("Examples"),
    formatExample(
      Object.values(COMMANDS)
        .map(({ example }) => example)
        .join("\n"),
    ),
    formatHeading("See also"),
    formatParagraph("**parbake.yaml**(5), **parbake-templates**(7), **systemd.exec**(5)"),
  ]);
}

function formatCommand(name: string, rule: CommandRule): string {
  const { about, note, operand, options } = rule;
  const tag = `**parbake ${name}**${operand === null ? "" : ` ${operand}`}`;
  const own =
    options.length > 0 ? [formatIndented(options.map((option) => formatOption(option, optionOf(rule, option))))] : [];
  return [formatTagged(tag, note === undefined ? about : `${about}. ${note}`), ...own].join("\n");
}

function formatOption(name: OptionName, { value, about }: OptionRule): string {
  const letter = SHORT_OPTIONS[name];
  const short = letter === undefined ? "" : `**-${letter}**, `;
  return formatTagged(`${short}**--${name}**${value === null ? "" : ` ${value}`}`, about);
}

export function formatConfigPage(version: string, date: string): string {
  return page([
    formatTitle("parbake.yaml", 5, date, version),
    formatHeading("Name"),
    "parbake.yaml \\- what parbake tunes, renders and fetches",
    ...CHAPTERS.flatMap(([title, name]) => [formatHeading(title), convertMarkdown(readBody(readPage(name)))]),
    formatHeading("See also"),
    formatParagraph("**parbake**(1), **parbake-templates**(7)"),
  ]);
}

export function formatTemplatesPage(version: string, date: string): string {
  const [introduction = "", ...sections] = readBody(readPage("templates/README.md")).split(/^## /m);
  const chapters = sections.flatMap((section) => {
    const end = section.indexOf("\n");
    return [formatHeading(section.slice(0, end)), convertMarkdown(section.slice(end).trim())];
  });
  return page([
    formatTitle("parbake-templates", 7, date, version),
    formatHeading("Name"),
    "parbake\\-templates \\- how to write a template for parbake",
    formatHeading("Description"),
    convertMarkdown(introduction.replace(/^Made by .*\n/, "").trim()),
    ...chapters,
    formatHeading("See also"),
    formatParagraph("**parbake**(1), **parbake.yaml**(5)"),
  ]);
}

/** A heading begins a paragraph by itself. */
function page(blocks: readonly string[]): string {
  const text = blocks.join("\n").replaceAll(/^(\.S[HS] .*\n)\.PP\n/gm, "$1");
  return `.\\" Made by scripts/docs/write-man.ts\n${text}\n`;
}

export function writeMan(folder: string, version: string, date: string): void {
  writeFileSync(join(folder, "parbake.1"), formatCommandsPage(version, date));
  writeFileSync(join(folder, "parbake.yaml.5"), formatConfigPage(version, date));
  writeFileSync(join(folder, "parbake-templates.7"), formatTemplatesPage(version, date));
}

if (import.meta.main) {
  const [folder, version, date] = process.argv.slice(2) as [string, string, string];
  writeMan(folder, version, date);
}
