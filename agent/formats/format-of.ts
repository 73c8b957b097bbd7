// Which format a file has, told by names: those of the target and of its folder, and the template's as a second witness. Pure.

import type { TemplateFormat } from "./format.ts";

export const TEMPLATE_FORMATS: readonly [TemplateFormat, ...TemplateFormat[]] = [
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

/** A format, and why it is this one, in words that can stand after its name. */
export interface ReasonedFormat {
  readonly format: TemplateFormat;
  readonly reason: string;
}

export type NamedFormat =
  | ({ readonly kind: "told" } & ReasonedFormat)
  /** The names of target and template say two formats. */
  | { readonly kind: "contradicted"; readonly target: TemplateFormat; readonly template: TemplateFormat }
  /** No name says any. */
  | { readonly kind: "untold" };

interface NamedFile {
  /** Null: told by the names. */
  readonly format: TemplateFormat | null;
  readonly path: string;
  readonly template: string;
}

export function tellFormat({ format, path, template }: NamedFile): NamedFormat {
  if (format !== null) return { kind: "told", format, reason: "as the config says" };
  const target = formatOfPath(path);
  const named = formatOfPath(template.replace(/\.hbs$/, ""));
  if (target === null)
    return named === null ? { kind: "untold" } : { kind: "told", format: named.format, reason: "the template's name" };
  if (named !== null && target.format !== named.format)
    return { kind: "contradicted", target: target.format, template: named.format };
  const reason = target.folder === null ? "the target's name" : `target in ${target.folder}`;
  return { kind: "told", format: target.format, reason };
}

/** A folder that every program's config may have: whose it is, the settings say that the template prints. */
const SHARED_FOLDER = /\/conf\.d\/[^/]+\.conf$/;
const BY_PROFILE: Readonly<Record<string, TemplateFormat>> = { nginx: "nginx", postgresql: "postgresql" };

/** @param profiles those of the apps whose settings the template prints */
export function tellFormatByProfiles(path: string, profiles: ReadonlySet<string>): ReasonedFormat | null {
  const [profile, another] = [...profiles];
  if (profile === undefined || another !== undefined || !SHARED_FOLDER.test(path)) return null;
  const format = own(BY_PROFILE, profile);
  return format === undefined ? null : { format, reason: `target in conf.d, with settings of ${profile}` };
}

interface FormatOfPath {
  readonly format: TemplateFormat;
  /** The folder that told it; null: the file's own name did. */
  readonly folder: string | null;
}

/** What a folder says counts before what a name says: `web.service.d/nginx.conf` is systemd's. */
function formatOfPath(path: string): FormatOfPath | null {
  for (const [pattern, format] of BY_FOLDER) {
    const folder = pattern.exec(path)?.[1];
    if (folder !== undefined) return { format, folder };
  }
  const name = path.slice(path.lastIndexOf("/") + 1);
  const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
  const format = own(BY_NAME, name) ?? (name.startsWith(".env.") ? "env" : own(BY_EXTENSION, extension));
  return format === undefined ? null : { format, folder: null };
}

const BY_FOLDER: readonly (readonly [path: RegExp, format: TemplateFormat])[] = [
  [
    /(?:^|\/)([^/]+\.(?:service|socket|mount|automount|swap|timer|path|slice|target|scope)\.d)\/[^/]+\.conf$/,
    "systemd",
  ],
  [/^\/(?:etc|run|(?:usr\/)?(?:local\/)?lib)\/(systemd(?:\/[^/]+\.conf\.d)?)\/[^/]+\.conf$/, "systemd"],
  [/(?:^|\/)(systemd\/network)\/(?:[^/]+\/)?[^/]+\.(?:network|netdev|link|conf)$/, "systemd"],
  // systemd-sysctl takes a value as it stands up to the end of its line, as INI's rules write it.
  [/(?:^|\/)(sysctl\.d)\/[^/]+\.conf$/, "ini"],
  [/(?:^|\/)(pool\.d|php-fpm\.d)\/[^/]+\.conf$/, "ini"],
  [/(?:^|\/)(nginx)\/(?:[^/]+\/)*[^/]+\.conf$/, "nginx"],
  [/(?:^|\/)(nginx\/sites-(?:available|enabled))\/[^/]+$/, "nginx"],
  [/(?:^|\/)(?:postgresql|pgsql)\/(?:[^/]+\/)*(conf\.d)\/[^/]+\.conf$/, "postgresql"],
  [/(?:^|\/)(supervisor\/conf\.d)\/[^/]+\.conf$/, "ini"],
  [/(?:^|\/)(telegraf\.d)\/[^/]+\.conf$/, "toml"],
  [/(?:^|\/)(cloud\/cloud\.cfg\.d)\/[^/]+\.cfg$/, "yaml"],
  [/(?:^|\/)(udev\/rules\.d)\/[^/]+\.rules$/, "text"],
  // As YAML at first sight, and without its rules.
  [/(?:^|\/)(unbound)\/(?:[^/]+\/)*[^/]+\.conf$/, "text"],
  // Without iptables' own saved rules, which lie there on Fedora's kin.
  [/^(\/etc\/(?:default|sysconfig))\/(?!ip6?tables$)[^/.]+$/, "env"],
];

const BY_NAME: Readonly<Record<string, TemplateFormat>> = {
  "nginx.conf": "nginx",
  "postgresql.conf": "postgresql",
  "sysctl.conf": "ini",
  "mongod.conf": "yaml",
  "telegraf.conf": "toml",
  "supervisord.conf": "ini",
  "pip.conf": "ini",
  "cloud.cfg": "yaml",
  "locale.conf": "env",
  "vconsole.conf": "env",
  ".env": "env",
};

const BY_EXTENSION: Readonly<Record<string, TemplateFormat>> = {
  json: "json",
  yaml: "yaml",
  yml: "yaml",
  toml: "toml",
  ini: "ini",
  cnf: "ini",
  repo: "ini",
  properties: "properties",
  env: "env",
  sh: "sh",
  xml: "xml",
  nginx: "nginx",
  service: "systemd",
  socket: "systemd",
  mount: "systemd",
  automount: "systemd",
  swap: "systemd",
  timer: "systemd",
  path: "systemd",
  slice: "systemd",
  target: "systemd",
  txt: "text",
  md: "text",
  pem: "text",
  crt: "text",
  cer: "text",
  key: "text",
  pub: "text",
};

/** A file named `constructor` must not find what every object inherits. */
function own(table: Readonly<Record<string, TemplateFormat>>, key: string): TemplateFormat | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
