// What a ready template says of itself in the comment at its head. Pure.

/** One of the templates that parbake carries. */
export interface ReadyTemplate {
  /** As `files[].template` names it: `nginx.conf.hbs`, `secrets/app.env.hbs`. */
  readonly name: string;
  /** Of the app whose settings it prints; null: it prints none. */
  readonly profile: string | null;
  /** What it is, in a sentence without its full stop. */
  readonly about: string;
}

const HEAD = /^\{\{!--\s*(.*?)--\}\}/s;
const PROFILE = /\bthe profile `([\w-]+)`/;
/** What the list has in a column of its own, and what is more than a line wants. */
const ASIDE = /(?:,| of) (?:for )?the app with the profile `[\w-]+`|, which .*/g;

export function describeTemplate(name: string, source: string): ReadyTemplate {
  const head = (HEAD.exec(source)?.[1] ?? "").replaceAll(/\s+/g, " ");
  const [sentence = ""] = head.split(/[.:;] /);
  return { name, profile: PROFILE.exec(head)?.[1] ?? null, about: sentence.replaceAll(ASIDE, "") };
}

/** Those that a person means: by its name, with or without `.hbs`; else all of a profile, or of a name's beginning. */
export function findTemplates<T extends ReadyTemplate>(text: string, all: readonly T[]): readonly T[] {
  const exact = all.filter(({ name }) => name === text || name === `${text}.hbs`);
  if (exact.length > 0) return exact;
  return all.filter(({ name, profile }) => profile === text || name.startsWith(`${text}.`));
}
