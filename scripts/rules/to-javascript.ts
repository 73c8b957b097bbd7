// An expression of RE2's, as Go reads it → the same of JavaScript's. Pure.

const POSIX: Readonly<Record<string, string>> = {
  alnum: "0-9A-Za-z",
  alpha: "A-Za-z",
  digit: "0-9",
  lower: "a-z",
  upper: "A-Z",
  xdigit: "0-9A-Fa-f",
  space: String.raw`\s`,
  word: String.raw`\w`,
};

/** What may stand before the name of a service: it lengthens a match and decides nothing, and costs its length at each place. */
const IDLE = String.raw`[\w.-]{0,50}?`;

/** @throws SyntaxError for what JavaScript does not take */
export function toJavaScript(source: string): string {
  const written = source
    .replaceAll(/\[:(\w+):\]/g, (_, name: string) => POSIX[name]!)
    .replaceAll("(?P<", "(?<")
    .replaceAll(String.raw`\z`, "$")
    .replaceAll(String.raw`\A`, "^")
    .replaceAll(IDLE, "");
  const scoped = scopeFlags(written);
  // oxlint-disable-next-line no-new -- whether it is one is what is asked
  new RegExp(scoped, "g");
  return scoped;
}

/** Go's `(?i)` is for the rest of its group; JavaScript wants the group around that: `(?i:…)`. */
function scopeFlags(source: string): string {
  const ends: string[][] = [[]];
  let scoped = "";
  let isClass = false;
  for (let at = 0; at < source.length; at++) {
    const character = source[at]!;
    if (character === "\\") {
      scoped += character + (source[++at] ?? "");
      continue;
    }
    const flags = isClass ? null : /^\(\?([a-z]+)\)/.exec(source.slice(at));
    if (flags) {
      scoped += `(?${flags[1]}:`;
      ends.at(-1)!.push(")");
      at += flags[0].length - 1;
      continue;
    }
    if (isClass) isClass = character !== "]";
    else if (character === "[") isClass = true;
    else if (character === "(") ends.push([]);
    else if (character === ")") scoped += ends.pop()!.join("");
    scoped += character;
  }
  return scoped + ends.pop()!.join("");
}
