// The config that a ready template shows at its head to be pasted, for each distribution: what init writes is what people read.
// Pure.

export interface Example {
  readonly template: string;
  /** What stands above it: `Debian 12 and Amazon Linux 2023, with …:`. Empty for the templates of secrets. */
  readonly systems: string;
  readonly yaml: string;
}

/** @param text of the whole template */
export function readHead(template: string, text: string): string {
  const head = /^\{\{!--\n(.*?)\n--\}\}\n/s.exec(text);
  if (!head) throw new Error(`${template} has no comment at its head`);
  return head[1]!;
}

/** The indented blocks, each with the line above it. */
export function readExamples(template: string, text: string): readonly Example[] {
  const paragraphs = readHead(template, text).split("\n\n");
  return paragraphs.flatMap((paragraph, index) => {
    if (!paragraph.startsWith("  ")) return [];
    const above = paragraphs[index - 1]!;
    const systems = above.endsWith(":") ? above.replaceAll("\n", " ") : "";
    return [{ template, systems, yaml: `${paragraph.replaceAll(/^ {2}/gm, "")}\n` }];
  });
}
