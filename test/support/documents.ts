// What the documents tell people to type: fenced blocks of commands, with or without their output, and code amid text.

import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { COMMANDS } from "../../agent/cli/commands.ts";
import { parseArguments } from "../../agent/cli/parse-arguments.ts";
import { Refusal } from "../../agent/refusal.ts";

export const TOP = join(import.meta.dirname, "../..");

export const PAGES = globSync(["*.md", "{agent,scripts,systemd,templates,test}/**/*.md"], { cwd: TOP }).toSorted();

export const readPage = (page: string): string => readFileSync(join(TOP, page), "utf8");

export interface Block {
  readonly page: string;
  /** Of the fence, from 1. */
  readonly line: number;
  readonly language: string;
  readonly text: string;
  /** Why nobody can run it, by the comment before it: `<!-- not run: it needs systemd -->`. Null: it has none. */
  readonly notRun: string | null;
}

const FENCED = /(?:^ *<!-- not run: (.+?) -->\n\n?)?^( *)```(\w*).*\n([^]*?)^\2```$/gm;

export function readBlocks(page: string): Block[] {
  const text = readPage(page);
  return [...text.matchAll(FENCED)].map(({ 0: whole, 1: notRun, 2: indent, 3: language, 4: body, index }) => {
    const fence = index + whole.indexOf("```");
    const line = text.slice(0, fence).split("\n").length;
    const lines = body!.split("\n").map((each) => each.slice(indent!.length));
    return { page, line, language: language!, text: lines.join("\n"), notRun: notRun ?? null };
  });
}

/** The commands of a block of `sh`, without comments; one that goes on in the next line is one. */
export function listCommands({ text }: Block): string[] {
  const whole = text.replaceAll(/\\\n\s*/g, "").replaceAll(/(\||&&)\s*\n\s*/g, "$1 ");
  const lines = whole.split("\n").map((line) => line.replace(/(^|\s+)# .*$/, "").trim());
  return lines.filter((line) => line !== "");
}

export interface Dialogue {
  readonly command: string;
  readonly output: string;
}

/** The commands of a block of `console`, each with what it prints. */
export function readDialogues({ text }: Block): Dialogue[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => ({ command: part.slice(0, part.indexOf("\n")), output: part.slice(part.indexOf("\n") + 1) }));
}

/** What stands in text for a name of one's own, and a name for it. */
const PLACEHOLDERS: readonly (readonly [placeholder: RegExp, example: string])[] = [
  [/\bAPP\.SETTING\b/g, "db.shared_buffers"],
  [/\bAPP\b/g, "db"],
  [/\bUNIT\b/g, "web.service"],
  [/\bFILE\b/g, "plan.json"],
  [/\bDIR\b|\/mnt\/image\b|\bIMAGE\b/g, "$ROOT"],
  [/\bPROFILE\b/g, "nginx"],
  [/\bCOMMAND\b/g, "plan"],
  [/\bCODE\b/g, "69"],
];

/** As somebody would type it. */
export function fillPlaceholders(command: string): string {
  return PLACEHOLDERS.reduce((text, [placeholder, example]) => text.replaceAll(placeholder, example), command);
}

/** What parbake says of each of its commands in a line, without running any. One named alone is named, and not typed. */
export function listRefusals(line: string): string[] {
  const commands = fillPlaceholders(line.replaceAll(/\s+/g, " "))
    .split(/ ?(?:&&|\|) ?/)
    .flatMap((command) => /(?<=^|\bsudo )parbake (?!\d).*/.exec(command) ?? [])
    .filter((command) => !/…|[<{\d]\.\./.test(command));
  return commands.flatMap((command) => {
    const words = [...command.replace(/ >.*/, "").matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)];
    const [, ...typed] = words.map(([, ...texts]) => texts.join(""));
    return typed.length === 1 && Object.hasOwn(COMMANDS, typed[0]!) ? [] : refusalsOf(typed);
  });
}

function refusalsOf(words: readonly string[]): string[] {
  try {
    parseArguments(words);
    return [];
  } catch (error) {
    return [error instanceof Refusal ? error.message : String(error)];
  }
}
