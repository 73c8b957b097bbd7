// Whether a name says that what it holds is a secret. Judges words, so that `pass` is one and `passenger` none. Pure.

/** Wherever they stand in a name. */
const TELLING = /password|passwd|passphrase|passcode|secret|token|credential/;
/** Of those that are hidden, whatever follows: `apikeyid`, `db_pass_prod`. */
const TELLING_KEY = /(?:api|access|private|secret|signing|encryption)key/;
/** Not the end of a word such as bypass. */
const PASS = /(?:pwd|(?<!by|com|tres|sur|over|under)pass)/.source;
const PASS_WORD = new RegExp(String.raw`${PASS}\d*(?: (?!through|thru|rate|count|fail|if|by)|$)`);
const KEY =
  /(?:signing|encryption|private|secret|api|access|app|master|session|shared|hmac|jwt|auth|account|storage|license|webhook) ?keys?(?: |$)/;
/** At the end of a name alone: `pass_through`, `auth_mode` and `cookie_domain` hold none. */
const LAST = new RegExp(`(?:${TELLING.source})s?$|(?:^| )(?:pw|creds?|psk|pin|otp)$|${PASS}$`);
const HEADER_WORD = /(?:^| )(?:auth|authorization|bearer|jwt|cookies?|salt|pepper)$/;
/** Which one of several a secret is, and its form: the name before it tells what it is. */
const VERSION =
  / ?(?:\b(?:values?|current|previous|old|new|next|primary|secondary|base64|b64|hex|plain|plaintext|raw|text|data)|\d+)$/;

/** Anything that may be one; whoever hides it loses little where it is none. */
export function isSecretName(name: string): boolean {
  const words = wordsOf(name);
  const joined = words.replaceAll(" ", "");
  if (TELLING.test(joined) || TELLING_KEY.test(joined)) return true;
  return isAssignedName(name) || PASS_WORD.test(words) || HEADER_WORD.test(words);
}

/** One whose value is hardly anything else: not `auth: scram` and no `tokenLifetime`. */
export function isAssignedName(name: string): boolean {
  const words = wordsOf(name);
  return LAST.test(words) || KEY.test(words);
}

/** Of a secret that has several, or a form: `password: { current: … }`. */
export function isVersionName(name: string): boolean {
  return name !== "" && wordsOf(name) === "";
}

/** `dbPass_2` → `db pass`. */
function wordsOf(name: string): string {
  let words = name
    .slice(0, MOST_CHARACTERS)
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, " ")
    .trim();
  for (let before = ""; before !== words;) {
    before = words;
    words = words.replace(VERSION, "").trim();
  }
  return words;
}

/** A name is no longer; what is would cost time. */
const MOST_CHARACTERS = 200;
