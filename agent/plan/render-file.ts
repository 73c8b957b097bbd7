// One file of the config: chooses its format, and renders its template in that. A format that nothing tells is asked for. Pure.

import type { AppConfig, FileConfig } from "../config/config.ts";
import type { ContentPart } from "../formats/content.ts";
import { tellFormat, tellFormatByProfiles, type NamedFormat, type ReasonedFormat } from "../formats/format-of.ts";
import { recogniseFormat, type Likeness } from "../formats/recognise-format.ts";
import type { Problem } from "../refusal.ts";
import type { RenderInput } from "../template/render-input.ts";
import { renderTemplate, type Rendered } from "../template/render-template.ts";

type RenderedFile =
  | (Extract<Rendered, { kind: "rendered" }> & { readonly chosen: ReasonedFormat })
  /** Nobody can tell its format for certain: the config is to say it. */
  | ({ readonly kind: "undecided" } & Pick<Problem, "what" | "fix">)
  | Extract<Rendered, { kind: "broken" }>;

type Template = Omit<RenderInput, "format" | "keepsLineEnds">;

/** @param apps of the config: whose settings the template prints may tell what reads the file */
export function renderFile(file: FileConfig, template: Template, apps: readonly AppConfig[]): RenderedFile {
  const named = tellFormat(file);
  switch (named.kind) {
    case "told":
      return renderAs(named, file, template);
    case "contradicted":
      return { kind: "undecided", ...contradiction(file, named) };
    case "untold":
      return renderUntold(file, template, apps);
  }
}

function renderAs(chosen: ReasonedFormat, file: FileConfig, template: Template): RenderedFile {
  const { format, reason } = chosen;
  const rendered = renderTemplate({ ...template, format, keepsLineEnds: file.format === "text" });
  return rendered.kind === "broken" ? rendered : { ...rendered, chosen: { format, reason } };
}

/** As text, unless that looks like something that a program reads in its own way. */
function renderUntold(file: FileConfig, template: Template, apps: readonly AppConfig[]): RenderedFile {
  const rendered = renderAs({ format: "text", reason: "no name tells another" }, file, template);
  if (rendered.kind !== "rendered") return rendered;
  const byProfiles = tellFormatByProfiles(file.path, profilesRead(rendered.reads, apps));
  if (byProfiles !== null) return renderAs(byProfiles, file, template);
  const likeness = recogniseFormat(sampleOf(rendered.content));
  return likeness === null ? rendered : { kind: "undecided", ...unclear(file, likeness) };
}

function profilesRead(reads: ReadonlySet<string>, apps: readonly AppConfig[]): ReadonlySet<string> {
  const names = new Set([...reads].flatMap((path) => /^apps\.([^.[]+)/.exec(path)?.[1] ?? []));
  return new Set(apps.filter(({ name }) => names.has(name)).map(({ profile }) => profile));
}

/** With a word where a secret goes. */
function sampleOf(content: readonly ContentPart[]): string {
  return content.map((part) => (typeof part === "string" ? part : "secret")).join("");
}

type Question = Pick<Problem, "what" | "fix">;

const AS_IT_STANDS = "`format: text` writes it as it stands.";

function contradiction(
  { path, template }: FileConfig,
  named: Extract<NamedFormat, { kind: "contradicted" }>,
): Question {
  return {
    what: `${path} is ${named.target} by its name or folder, and its template ${template} is ${named.template} by its own`,
    fix: `Say which it is: \`format: ${named.target}\` or \`format: ${named.template}\`, or rename the template.`,
  };
}

function unclear({ path, template }: FileConfig, { formats, sign }: Likeness): Question {
  return {
    what: `no name tells the format of ${path} (template ${template}), and it looks like ${listWords(formats)}: ${sign}`,
    fix: `Say which it is: ${formats.map((format) => `\`format: ${format}\``).join(", ")}; ${AS_IT_STANDS}`,
  };
}

function listWords(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
