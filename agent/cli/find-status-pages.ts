// Which statuses a line of parbake's may end with that no page is about: such a line itself says what is wrong and what to do. Pure.

import type { RefusalCode } from "../refusal.ts";
import type { ErrorPage } from "./error-pages.ts";

/** As parbake, its log and the journal begin a line: `parbake: `, `parbake[812]: `. */
const BEGINNING = /(^|\s)parbake(\[\d+\])?: /;
/** `parbake.yaml:4:12: `, and the templates, which have no columns. */
const PLACE = /\S\.\w+:\d+:\d+:|\S\.(hbs|ya?ml):\d+:/;

/** What no other program says, without a beginning or a place. */
const OWN_WORDS = /\bis refused by its validator\b|\bthe apps need at least\b/;

/** By what the line is about: the first that fits. A validator's line begins with a place in the config, too. */
const SUBJECTS: readonly (readonly [subject: RegExp, code: RefusalCode])[] = [
  [/\bis refused by its validator\b|\.hbs\b/, "data"],
  [/\.ya?ml\b|\bthe config\b|\bthe apps need at least\b/, "config"],
];

const UNSAID: readonly RefusalCode[] = ["usage", "data", "config"];

/** @returns none where the line is not one of parbake's */
export function findStatusPages(line: string, pages: readonly ErrorPage[]): ErrorPage[] {
  if (![BEGINNING, PLACE, OWN_WORDS].some((own) => own.test(line))) return [];
  const subject = SUBJECTS.find(([about]) => about.test(line));
  const codes: readonly string[] = subject === undefined ? UNSAID : [subject[1]];
  return pages.filter((page) => page.codes.some((code) => codes.includes(code)));
}
