// What a text was most likely meant for where a mapping or a list is expected, written out. Pure.

/** Fit to be written out in braces as it is. */
const SHORT = /^[\w./%!@+-]{1,60}$/;

/**
 * @param text of a text or a number; undefined: it is neither
 * @param writeOut what it was most likely meant for, written out
 */
export function adviseMapping(text: string | undefined, writeOut?: (scalar: string) => string): string {
  const missing = missingBlank(text ?? "");
  if (missing !== null) return missing;
  return writeOut && text !== undefined && SHORT.test(text)
    ? `Write \`${writeOut(text)}\`.`
    : "Write it as `name: value` lines, indented below the key.";
}

/** A command line, or a name with a dot, is meant as the list of its words. */
export function adviseList(text: string): string {
  const words = text.split(/\s+/);
  const isMeant = /[\s/.]/.test(text) && words.every((word) => SHORT.test(word));
  return isMeant ? `Write it as a list: [${words.join(", ")}].` : "Write it as `- item` lines, or as [a, b].";
}

/** `profile:postgresql` is one word to YAML. Null: no space is missing. */
export function missingBlank(text: string): string | null {
  const [, key, value] = /^([\w.-]{1,40}):([^\s:/]\S{0,40})$/.exec(text) ?? [];
  return key === undefined ? null : `Put a space after the colon: \`${key}: ${value}\`.`;
}
