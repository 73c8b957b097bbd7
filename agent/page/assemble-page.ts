// The page as one HTML file: its parts, what it starts with, and the policy by which it can load nothing and run nothing else. Pure.

import type { PageFacts } from "./machines.ts";
import type { PageState } from "./page-state.ts";

interface PageParts {
  /** With a comment where each of the others goes: `<!-- style -->`. */
  readonly html: string;
  readonly style: string;
  readonly script: string;
  /** base64 of catalogue.tsv by DEFLATE, without a header. */
  readonly catalogue: string;
}

/** What the page starts with where its address says nothing else. */
export interface PageStart {
  readonly state: PageState;
  readonly here: PageFacts | null;
  /** Of the parbake that made it. */
  readonly version: string;
  /** Where the image's apps are from, for people. */
  readonly origin: "config" | "example";
}

/** @param digest base64 of SHA-256 */
export function assemblePage(
  { html, style, script, catalogue }: PageParts,
  start: PageStart,
  digest: (text: string) => string,
): string {
  const policy = writePolicy(digest(script), digest(style));
  const state = JSON.stringify(start).replaceAll("<", String.raw`\u003c`);
  const parts: Readonly<Record<string, string>> = {
    policy: `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    style: `<style>${style}</style>`,
    data: `${data("start", "application/json", state)}\n${data("catalogue", "text/plain", catalogue)}`,
    script: `<script>${script}</script>`,
  };
  return html.replaceAll(/<!-- (\w+) -->/g, (hole, name: string) => {
    const part = parts[name];
    if (part === undefined) throw new Error(`the page has no part for ${hole}`);
    return part;
  });
}

/** Browsers run no script of such a type. */
function data(id: string, type: string, text: string): string {
  return `<script type="${type}" id="${id}">${text}</script>`;
}

/** Also where the file lies on a server: no request leaves it, and no other code runs in it. */
function writePolicy(script: string, style: string): string {
  return [
    "default-src 'none'",
    `script-src 'sha256-${script}'`,
    `style-src 'sha256-${style}'`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
  ].join("; ");
}
