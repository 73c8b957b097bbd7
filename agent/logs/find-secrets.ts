// Where credentials are in what was collected: by the rules of `seal`, each of them in every entry, whatever files it is for, and by some
// more, for whoever sends the archive away would rather lose a word than a secret. Changes nothing.

import { placesAt } from "../seal/places/known-places.ts";
import type { KnownPlace } from "../seal/places/place.ts";
import { holdsValue, SECRET_NAME, SECRET_NAMES } from "../seal/rules/assigned-rules.ts";
import { readRuleSet, type RuleSet } from "../seal/rules/rule-set.ts";
import type { Rule } from "../seal/rules/rule.ts";
import { isPlaceholder } from "../seal/rules/token-forms.ts";
import { newBlock, Scanner } from "../seal/search/scanner.ts";
import type { Collected } from "./collection.ts";

/** Bytes of an entry. */
export interface FoundSecret {
  readonly kind: string;
  readonly at: number;
  readonly length: number;
}

export type Judged =
  /** It is a credential as a whole. */
  | { readonly kind: "whole"; readonly what: string }
  | { readonly kind: "parts"; readonly found: readonly FoundSecret[] };

/** Anything that a name of a secret's is set to, wherever it stands; the ARN of one is its name. */
const ASSIGNED: Rule = {
  id: "secret-by-name",
  severity: "fail",
  regex: new RegExp(
    String.raw`(?<!\barn:[^\s"']{0,200})${SECRET_NAME}\\?["']?[ \t]{0,8}(?:=>|[=:])[ \t]{0,8}\\?["']?([^\s"',;{}\\]{6,200})`,
    "gi",
  ),
  keywords: SECRET_NAMES,
  accepts: holdsValue,
  isVague: true,
};

/** Whoever a URL says is calling, however short; without a password it is one in HTTP alone, elsewhere the name of an account. */
const URL_USER: Rule = {
  id: "url-user",
  severity: "fail",
  regex: /(?::\/\/[^\s:@/'"<>(){}]{0,64}:|\bhttps?:\/\/(?=[^\s:@/'"<>(){}?#]{1,200}@))([^\s@/'"<>(){}]{1,200})@/gi,
  keywords: ["://"],
  accepts: (secret) => !isPlaceholder(secret),
  isVague: true,
};

/** In a list of settings, as a connection to a database has: `Server=db;Pwd=…`. */
const CONNECTION: Rule = {
  id: "connection-password",
  severity: "fail",
  regex: /(?:;[ \t]{0,8}|["'][ \t]{0,8}|[?&])(?:pwd|pass)[ \t]{0,8}=[ \t]{0,8}([^\s"';&]{4,200})/gi,
  keywords: ["pwd", "pass"],
  accepts: (secret) => !isPlaceholder(secret),
  isVague: true,
};

/** RFC 7617: the user and the password, in base64. */
const BASIC: Rule = {
  id: "basic-auth",
  severity: "fail",
  regex: /\bbasic[ \t]{1,8}([A-Za-z0-9+/]{8,200}={0,2})/gi,
  keywords: ["basic"],
  accepts: (secret) => /^[\x20-\x7e]{0,80}:[\x20-\x7e]+$/.test(Buffer.from(secret, "base64").toString("latin1")),
  isVague: true,
};

/** What an image is not to keep of its bake is what a report is made of. */
const OWN_STATE = "parbake-state";

/** What a token goes on with, where it is longer than an expression sees. */
const REST = /[A-Za-z0-9+/=_-]/;

export class SecretFinder {
  readonly #set: RuleSet = readRuleSet((rules) => [...rules, ASSIGNED, URL_USER, CONNECTION, BASIC].map(forAllFiles));
  readonly #block = newBlock();

  judge({ name, path = name, bytes }: Collected): Judged {
    const known = placesAt(path).filter(({ id }) => id !== OWN_STATE);
    const places = known.map((place) => ({ place, held: place.holds(bytes) }));
    const whole = places.find(({ held }) => held?.kind === "whole");
    if (whole !== undefined) return { kind: "whole", what: whole.place.what };
    const text = bytes.toString("latin1");
    return {
      kind: "parts",
      found: [...this.#scan(path, bytes, text), ...places.flatMap((each) => inLines(each, text))],
    };
  }

  #scan(path: string, bytes: Buffer, text: string): FoundSecret[] {
    const scanner = new Scanner(this.#set, path, this.#block);
    scanner.push(bytes);
    return scanner.end().map(({ rule, at, secret }) => {
      let end = at + secret.length;
      while (end < text.length && REST.test(text[end]!)) end += 1;
      return { kind: this.#set.rules[rule]!.id, at, length: end - at };
    });
  }
}

function forAllFiles(rule: Rule): Rule {
  const { path: _, ...everywhere } = rule;
  return everywhere;
}

type Held = ReturnType<KnownPlace["holds"]>;

function inLines({ place, held }: { readonly place: KnownPlace; readonly held: Held }, text: string): FoundSecret[] {
  if (held?.kind !== "lines") return [];
  return held.lines.flatMap(({ secret }) => {
    const bytes = Buffer.from(secret).toString("latin1");
    const at = text.indexOf(bytes);
    return at < 0 ? [] : [{ kind: place.id, at, length: bytes.length }];
  });
}
