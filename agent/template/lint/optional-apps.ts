// A setting of an optional app may be read only inside `{{#if apps.<name>.present}}`: a smaller machine does without the app.
// Holds on every machine alike, so that a template which passes on a large one does not fail on a small one.

import { isOptionalApp, type TemplateContext } from "../context/template-context.ts";
import type { View } from "../context/view.ts";

/** The optional app that a path leads into; null where it leads elsewhere, or only asks whether the app is present. */
export function optionalAppOf({ path }: View, { apps }: TemplateContext): string | null {
  const [, name, rest] = /^apps\.([^.[]+)(.*)$/.exec(path) ?? [];
  if (name === undefined || rest === ".present" || typeof apps === "symbol") return null;
  return isOptionalApp(apps[name]) ? name : null;
}

/** The app that a condition asks for; null: it asks for something else. */
export function presenceOf({ path }: View): string | null {
  return /^apps\.([^.[]+)\.present$/.exec(path)?.[1] ?? null;
}

export function explainOptional(name: string): { readonly what: string; readonly fix: string } {
  return {
    what: `the app ${name} is optional, and a machine that is too small for it has none of its settings`,
    fix: `Put this inside {{#if apps.${name}.present}} … {{/if}}.`,
  };
}
