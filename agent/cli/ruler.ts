// How wide text is on a terminal, and where it breaks there. Two packages know that; a boot, whose words go to the journal, loads
// neither.

export interface Ruler {
  /** In columns of a terminal: an East Asian character takes two, a colour none. */
  readonly widthOf: (text: string) => number;
  /** Between words; within one that is longer than a line. */
  readonly wrap: (text: string, columns: number) => readonly string[];
}

/** Where no line breaks: in a pipe, a file, the journal. */
export const PLAIN_RULER: Ruler = { widthOf: countVisible, wrap: (text) => [text] };

function countVisible(text: string): number {
  // oxlint-disable-next-line no-control-regex -- the escape character is what colours are made of
  return text.replaceAll(/\u001b\[\d+m/g, "").length;
}

/** Nearly every text is so, and a fleet has half a million of them. */
const ASCII = /^[ -~]*$/;

export async function loadRuler(): Promise<Ruler> {
  const [{ default: stringWidth }, { default: wrapAnsi }] = await Promise.all([
    import("string-width"),
    import("wrap-ansi"),
  ]);
  return {
    widthOf: (text) => (ASCII.test(text) ? text.length : stringWidth(text)),
    wrap: (text, columns) => wrapAnsi(text, columns, { hard: true }).split("\n"),
  };
}
