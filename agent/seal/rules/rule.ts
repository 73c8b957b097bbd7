// What one kind of credential looks like in bytes that nobody has parsed. Pure.

/** A match that is none after all. */
export interface Allowance {
  readonly regexes?: readonly RegExp[];
  /** Lower case, anywhere in the secret. */
  readonly stopwords?: readonly string[];
  readonly paths?: readonly RegExp[];
  /** What the expressions are asked of. Absent: the secret. */
  readonly target?: "match" | "line";
  /** Everything named here has to hold; otherwise one of it. */
  readonly all?: boolean;
}

export interface Rule {
  /** The kind of its findings. */
  readonly id: string;
  readonly severity: "fail" | "warn";
  /** Global. Sees a window around a keyword, never a whole file. */
  readonly regex: RegExp;
  /** Lower case. A match has one of them, whatever its own case. */
  readonly keywords: readonly string[];
  /** Only in files whose path, from the root, has this. Absent: in all. */
  readonly path?: RegExp;
  /** Bits for each character; a secret must have more. */
  readonly entropy?: number;
  /** Of the expression; absent: the first that matched something, else all of it. */
  readonly secretGroup?: number;
  readonly allow?: readonly Allowance[];
  /** Whether a secret is one: its checksum, its form. */
  readonly accepts?: (secret: string) => boolean;
  /** Absent: what is said of any credential. */
  readonly what?: string;
  /** Loses to every other rule at the same place. */
  readonly isVague?: boolean;
}
