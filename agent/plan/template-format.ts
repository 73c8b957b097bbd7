// Which format a template renders to, told by its file name alone.

import type { TemplateFormat } from "./plan.ts";

export const TEMPLATE_FORMATS: readonly TemplateFormat[] = [
  "json",
  "yaml",
  "toml",
  "ini",
  "properties",
  "env",
  "sh",
  "xml",
  "nginx",
  "systemd",
  "postgresql",
  "text",
];

const BY_NAME: Readonly<Record<string, TemplateFormat>> = {
  "nginx.conf": "nginx",
  "postgresql.conf": "postgresql",
  ".env": "env",
};

const BY_EXTENSION: Readonly<Record<string, TemplateFormat>> = {
  json: "json",
  yaml: "yaml",
  yml: "yaml",
  toml: "toml",
  ini: "ini",
  cnf: "ini",
  properties: "properties",
  env: "env",
  sh: "sh",
  xml: "xml",
  nginx: "nginx",
  service: "systemd",
  socket: "systemd",
  mount: "systemd",
  automount: "systemd",
  timer: "systemd",
  path: "systemd",
  slice: "systemd",
  target: "systemd",
};

/** `api/app.json.hbs` is json, `nginx.conf.hbs` nginx; a name that says nothing is text. */
export function formatOf(templateFileName: string): TemplateFormat {
  const name = templateFileName.slice(templateFileName.lastIndexOf("/") + 1).replace(/\.hbs$/, "");
  const extension = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  return own(BY_NAME, name) ?? own(BY_EXTENSION, extension) ?? "text";
}

/** A file named `constructor` must not find what every object inherits. */
function own(table: Readonly<Record<string, TemplateFormat>>, key: string): TemplateFormat | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
