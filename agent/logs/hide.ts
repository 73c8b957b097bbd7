// Takes out of a text what must not leave the machine. Pure: what is found by rules comes from find-secrets.ts.

import { VARIABLES } from "../process/environment.ts";
import type { FoundSecret } from "./find-secrets.ts";

/** What stands in a secret's place: no rule takes it for a value. */
export function mark(kind: string): string {
  return `[taken out: ${kind}]`;
}

/** A PEM block may be longer than a rule sees; in a journal each of its lines has a beginning of its own. */
const KEY_BLOCK = /-----BEGIN[ A-Z0-9_-]{0,40}PRIVATE KEY[^-]{0,12}-----[^]*?(?:-----END[ A-Z0-9_-]{0,60}-----|$)/g;

/**
 * Variables of a unit, in its file and as systemd shows them, and credentials that stand in a unit. Lines may be continued, and systemd
 * skips the comments between.
 */
const UNIT_SETTING =
  /^([ \t]*(?:Environment|SetCredential|SetCredentialEncrypted)[ \t]*=)((?:[^\n]*\\\r?\n(?:[ \t]*[#;][^\n]*\n)*)*[^\n]*)/gm;
/** The same on the kernel's command line, which has `-` for `_` too, and quotes around a value or all of it. */
const KERNEL_SETTING =
  /"(systemd\.set(env|[_-]credential(?:[_-]binary)?)=)[^"\n]*|\b(systemd\.set(env|[_-]credential(?:[_-]binary)?)=)(?:"[^"\n]*"|[^\s"])+/g;

interface Hidden {
  readonly text: string;
  /** How often, by kind. */
  readonly counts: ReadonlyMap<string, number>;
}

/** What needs no rule to be found. */
export function hideKnown(text: string): Hidden {
  const counts = new Map<string, number>();
  const take = (kind: string): string => {
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return mark(kind);
  };
  const hidden = text
    .replaceAll(KEY_BLOCK, () => take("private-key"))
    .replaceAll(KERNEL_SETTING, (_, inQuotes?: string, quoted?: string, plain?: string, kind = quoted) => {
      const hiding = take(kind === "env" ? "value" : "credential");
      return inQuotes === undefined ? `${plain}${hiding}` : `"${inQuotes}${hiding}`;
    })
    .replaceAll(UNIT_SETTING, (whole: string, name: string, value: string) => {
      if (value === "") return whole;
      const names = [...value.matchAll(/(?:^|[\s"'])(\w+)=/g)].map(([, variable]) => variable);
      return `${name}${take("value")}${names.length > 0 ? ` of ${names.join(", ")}` : ""}`;
    });
  return { text: hidden, counts };
}

/** The variables that say where AWS is and how to reach it. */
const OPEN = new Set(VARIABLES.filter((name) => !/^AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)$/.test(name)));

/** As systemd reads a line, or one that is commented out: quotes begin where the value or a part of it does, and go over lines. */
const VARIABLE =
  /^(\uFEFF?[ \t#;]*(?:export[ \t]+)?(\w+)[ \t]*=)((?:[ \t]*(?:"(?:\\[^]|[^"\\])*"?|'[^']*'?))*(?:\\[^]|[^\n\r\\])*)/gm;

/** An environment file, in which anything may stand: only what parbake reads of it keeps its values. */
export function hideVariables(text: string): Hidden {
  let count = 0;
  const hidden = text.replaceAll(VARIABLE, (whole, head: string, name: string, value: string) => {
    if (value.trim() === "" || OPEN.has(name)) return whole;
    count += 1;
    return head + mark("value");
  });
  return { text: hidden, counts: new Map(count === 0 ? [] : [["value", count]]) };
}

/** @param text a byte a character */
export function hideFound(text: string, found: readonly FoundSecret[]): string {
  let hidden = text;
  let doneFrom = text.length;
  for (const { kind, at, length } of found.toSorted((a, b) => b.at - a.at || b.length - a.length)) {
    const end = Math.min(at + length, doneFrom);
    if (end <= at) continue;
    hidden = hidden.slice(0, at) + mark(kind) + hidden.slice(end);
    doneFrom = at;
  }
  return hidden;
}

/** Long and mixed enough that the same text elsewhere is the same secret, and no word. */
export function isDistinctive(secret: string): boolean {
  return secret.length >= 8 && !/^(?:[a-z]+|[A-Z]+|[A-Z][a-z]+|\d+)$/.test(secret);
}

export function hideEverywhere(text: string, secrets: ReadonlyMap<string, string>): string {
  let hidden = text;
  for (const [secret, kind] of secrets) hidden = hidden.replaceAll(secret, () => mark(kind));
  return hidden;
}
