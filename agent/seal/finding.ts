// What `seal` found in an image, and what it did to it. Never holds a value: only where one is, and a digest to recognise it again.

/** Where something was found. */
export interface Place {
  /** Absolute, as the booted machine sees it. */
  readonly file: string;
  /** From 1; absent where the file is no text, or the file as a whole is meant. */
  readonly line?: number;
  /** Of an archive: the path within; of one in another, joined by `!`. */
  readonly member?: string;
}

/** `fail` ends the seal with 65; `warn` is told. */
export type Severity = "fail" | "warn";

export interface Finding {
  /** Of what kind, in kebab-case: `aws-access-token`, `ssh-host-key`, `pending-updates`. An allow list names it. */
  readonly kind: string;
  readonly severity: Severity;
  /** Absent: of the image as a whole. */
  readonly place?: Place;
  /** A sentence without its full stop. */
  readonly what: string;
  /** What to do, as a whole sentence. */
  readonly fix: string;
  /** Of the value, salted. */
  readonly digest?: string;
}

/** What seal changed in the image. */
export interface Action {
  readonly did: "removed" | "emptied" | "wrote";
  /** As the booted machine sees it. */
  readonly path: string;
  readonly why: string;
}

/** What a stage of seal leaves. */
export interface StageResult {
  readonly findings: readonly Finding[];
  readonly actions: readonly Action[];
}
