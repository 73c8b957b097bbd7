// All that was collected → the same without credentials and account ids, and what was taken out of which entry. What is no text, or
// still has a credential in it afterwards, is left out whole.

import { decodeUtf8 } from "../utf8.ts";
import { findAccounts, hideAccounts } from "./account-ids.ts";
import { FOLDER, type Collected, type Collection, type Missing } from "./collection.ts";
import { findNamed } from "./find-named.ts";
import { SecretFinder, type FoundSecret, type Judged } from "./find-secrets.ts";
import { hideEverywhere, hideFound, hideKnown, hideVariables, isDistinctive } from "./hide.ts";
import { hasRoom } from "./tar.ts";

export interface Taken {
  readonly name: string;
  readonly kind: string;
  readonly count: number;
}

export interface Cleaned extends Collection {
  readonly taken: readonly Taken[];
  /** How many accounts have a stand-in. */
  readonly accounts: number;
}

/** Text on the way, a byte a character. */
interface Draft {
  readonly entry: Collected;
  readonly text: string;
  readonly found: readonly FoundSecret[];
}

const CONFIG = /\.ya?ml$/;
const ENVIRONMENT = /(?:^|\/)etc\/parbake\/environment$/;

/** @param breathe lets a signal and the deadline be heard */
export async function cleanCollection(
  { entries, missing }: Collection,
  breathe: () => Promise<void> = async () => {},
): Promise<Cleaned> {
  const finder = new SecretFinder();
  const taken: Taken[] = [];
  const left: Missing[] = [];
  const drafts: Draft[] = [];
  for (const entry of entries) {
    await breathe();
    const draft = begin(entry, finder, taken);
    if ("why" in draft) left.push(draft);
    else drafts.push(draft);
  }
  const secrets = distinctive(drafts);
  const texts = drafts.map(({ text, found }) => hideEverywhere(hideFound(text, found), secrets));
  const all = [...missing, ...left];
  const accounts = findAccounts([...texts, ...entries.map(({ name }) => name), ...all.map(({ what }) => what)]);
  const cleaned: Collected[] = [];
  for (const [index, { entry }] of drafts.entries()) {
    await breathe();
    const bytes = Buffer.from(hideAccounts(texts[index]!, accounts), "latin1");
    if (bytes.equals(entry.bytes) || isClean(finder.judge({ ...entry, bytes }))) cleaned.push({ ...entry, bytes });
    else left.push({ what: entry.name, why: "a credential is in it that could not be taken out by itself" });
  }
  const hide = (name: string): string => hideAccounts(hideEverywhere(hideInName(name, finder), secrets), accounts);
  const named = withOwnNames(cleaned.map((entry) => ({ ...entry, name: hide(entry.name) })));
  for (const { name } of named.filter((entry) => !isShort(entry)))
    left.push({ what: name, why: "its name is too long for an archive" });
  return {
    entries: named.filter(isShort),
    missing: [...missing, ...left].map(({ what, why }) => ({ what: hide(what), why: hide(why) })),
    taken: taken.map((each) => ({ ...each, name: hide(each.name) })),
    accounts: accounts.size,
  };
}

/** What people call files may be a secret, too. */
function hideInName(name: string, finder: SecretFinder): string {
  const bytes = Buffer.from(hideKnown(name).text);
  const judged = finder.judge({ name: "", bytes });
  const found = judged.kind === "parts" ? judged.found : [];
  return Buffer.from(hideFound(bytes.toString("latin1"), found), "latin1").toString("utf8");
}

function isShort({ name }: Collected): boolean {
  return hasRoom(`${FOLDER}/${name}`);
}

/** Two may be called alike once what they differ in is taken out. */
function withOwnNames(entries: readonly Collected[]): Collected[] {
  const used = new Set<string>();
  return entries.map((entry) => {
    let { name } = entry;
    for (let number = 2; used.has(name); number++) name = `${entry.name} (${number})`;
    used.add(name);
    return { ...entry, name };
  });
}

function isClean(judged: Judged): boolean {
  return judged.kind === "parts" && judged.found.length === 0;
}

function begin(entry: Collected, finder: SecretFinder, taken: Taken[]): Draft | Missing {
  const { name, path = name, bytes } = entry;
  const decoded = decodeUtf8(bytes);
  if (decoded === null || decoded.includes("\0")) return { what: name, why: "it is no text" };
  const hidden = [hideKnown, ...(ENVIRONMENT.test(path) ? [hideVariables] : [])].reduce((text, hide) => {
    const { text: next, counts } = hide(text);
    for (const [kind, count] of counts) taken.push({ name, kind, count });
    return next;
  }, decoded);
  const known = Buffer.from(hidden);
  const judged = finder.judge({ ...entry, bytes: known });
  if (judged.kind === "whole") return { what: name, why: `it is ${judged.what}` };
  const text = known.toString("latin1");
  const all = [...judged.found, ...(CONFIG.test(path) || CONFIG.test(name) ? findNamed(text) : [])];
  const kinds = Map.groupBy(new Map(all.map((each) => [each.at, each])).values(), ({ kind }) => kind);
  for (const [kind, found] of kinds) taken.push({ name, kind, count: found.length });
  return { entry, text, found: all };
}

/** Those that are looked for in every other entry, too, by kind; the longest first, for one may be a part of another. */
function distinctive(drafts: readonly Draft[]): ReadonlyMap<string, string> {
  const all = drafts.flatMap(({ text, found }) =>
    found.map(({ at, length, kind }) => [text.slice(at, at + length), kind] as const),
  );
  // Of two kinds the first that was found.
  const byLength = all.toReversed().toSorted(([a], [b]) => b.length - a.length);
  return new Map(byLength.filter(([secret]) => isDistinctive(secret)));
}
