// A place in a text that is read from its beginning to its end. Pure.

export class Cursor {
  readonly text: string;
  index = 0;

  constructor(text: string) {
    this.text = text;
  }

  get isAtEnd(): boolean {
    return this.index >= this.text.length;
  }

  /** The next character; empty at the end. */
  get char(): string {
    return this.text.charAt(this.index);
  }

  /** What the sticky `pattern` matches here. */
  match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.index;
    return pattern.exec(this.text);
  }

  /** Whether the sticky `pattern` matches here. */
  isAt(pattern: RegExp): boolean {
    pattern.lastIndex = this.index;
    return pattern.test(this.text);
  }

  /** Steps over what the sticky `pattern` matches here, and gives it; "" where it does not match. */
  take(pattern: RegExp): string {
    const taken = this.match(pattern)?.[0] ?? "";
    this.index += taken.length;
    return taken;
  }

  /** Steps over `expected` if it stands here. */
  skip(expected: string): boolean {
    const isThere = this.text.startsWith(expected, this.index);
    if (isThere) this.index += expected.length;
    return isThere;
  }
}

/** What a quick reader throws at what only the slow one knows. */
class Unusual extends Error {}

/** To be caught by `unlessUnusual`. */
export function giveUp(): never {
  throw new Unusual();
}

/** What `read` gives; null where it gives up. */
export function unlessUnusual<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof Unusual) return null;
    throw error;
  }
}
