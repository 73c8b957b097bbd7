// Double-quoted texts with escapes are printed as they are spelt, on one line: the printer of `yaml` would print what `\u202e` stands
// for, which nobody sees. Pure.

import { Scalar, type ScalarTag, type Tags } from "yaml";

export class EscapeKeeper {
  readonly #spelt = new Map<Scalar, string>();

  /** @param text that the scalar was read from */
  note(scalar: Scalar, text: string): void {
    if (scalar.type !== Scalar.QUOTE_DOUBLE || !scalar.range) return;
    const source = text.slice(scalar.range[0], scalar.range[1]);
    if (source.includes("\\")) this.#spelt.set(scalar, joinLines(source));
  }

  /** Of the tags that a document is read with. */
  readonly wrap = (tags: Tags): Tags =>
    tags.map((tag) => (typeof tag === "object" && isText(tag) ? this.#wrapText(tag) : tag));

  #wrapText(tag: ScalarTag): ScalarTag {
    return { ...tag, stringify: (item, ...others) => this.#spelt.get(item) ?? tag.stringify!(item, ...others) };
  }
}

function isText(tag: Exclude<Tags[number], string>): tag is ScalarTag {
  return tag.tag === "tag:yaml.org,2002:str";
}

/** As `yaml` reads it: a break is a blank, each empty line below it a break, and an escaped break nothing. */
function joinLines(source: string): string {
  return source.replaceAll(
    /(\\\r?\n[ \t]*)|\\[^]|[ \t]*\r?\n((?:[ \t]*\r?\n)*)[ \t]*|[ \t]+/g,
    (whole: string, escaped?: string, empty?: string) => {
      if (escaped !== undefined) return "";
      return empty === undefined ? whole : "\\n".repeat(empty.split("\n").length - 1) || " ";
    },
  );
}
