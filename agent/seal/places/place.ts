// A kind of file that is a credential, or holds some, for where it lies and what stands in it. Pure.

/** The lines that hold one; `whole`: the file itself is one. Null: none after all. */
export type Held = { readonly kind: "whole" } | { readonly kind: "lines"; readonly lines: readonly HeldLine[] } | null;

interface HeldLine {
  /** From 1. */
  readonly line: number;
  readonly secret: string;
}

export interface KnownPlace {
  readonly id: string;
  readonly severity: "fail" | "warn";
  /** Of the path from the root, without a slash in front. */
  readonly path: RegExp;
  /** @param head the first MiB, which is all of nearly every such file */
  readonly holds: (head: Buffer) => Held;
  /** As a sentence's object: `/root/.netrc is WHAT`. */
  readonly what: string;
  readonly fix: string;
}

export const WHOLE: Held = { kind: "whole" };

/** Any that is not empty. */
export function anything(head: Buffer): Held {
  return head.some((byte) => byte > 0x20) ? WHOLE : null;
}

/** Files that are the credential if they have this anywhere. */
export function wholeIf(regex: RegExp): (head: Buffer) => Held {
  return (head) => (regex.test(head.toString("latin1")) ? WHOLE : null);
}

/** @param regex of one line; its first group that matched is the secret @param isSecret whether that is one */
export function lineOf(regex: RegExp, isSecret: (text: string) => boolean): (head: Buffer) => Held {
  return (head) => {
    const found = head
      .toString("utf8")
      .split("\n")
      .map((text, index) => ({ line: index + 1, secret: firstGroup(regex.exec(text)) }))
      .filter(({ secret }) => secret !== "" && isSecret(secret));
    return found.length === 0 ? null : { kind: "lines", lines: found };
  };
}

function firstGroup(match: RegExpExecArray | null): string {
  return match?.slice(1).find((group) => group !== undefined) ?? "";
}
