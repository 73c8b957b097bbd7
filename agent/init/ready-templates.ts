// The templates that the binary carries, with the config that each shows at its head.

import { basename } from "node:path/posix";
import { listCarried, readCarried } from "../carried.ts";
import { readExamples, type Example } from "./head-examples.ts";

export interface ReadyTemplate {
  readonly name: string;
  readonly text: string;
  readonly examples: readonly Example[];
}

/** Those of apps: the templates of secrets depend on what is in a secret. */
export function readReadyTemplates(): readonly ReadyTemplate[] {
  const paths = listCarried("templates").filter((path) => /^templates\/[^/]+\.hbs$/.test(path));
  return paths.map((path) => {
    const [name, text] = [basename(path), readCarried(path)];
    return { name, text, examples: readExamples(name, text) };
  });
}
