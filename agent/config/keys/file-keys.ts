// An entry of `files` and of `folders`, and the front matter of a template. Pure.

import { TEMPLATE_FORMATS } from "../../formats/format-of.ts";
import type { KeyRules } from "./rule.ts";
import { ABSOLUTE_PATH, MODE, ON_CHANGE, OWNERS, PLAIN_MODE, RELATIVE_PATH, TEXT } from "./values.ts";

const COMMAND = { kind: "list", of: TEXT } as const;

/** Those of an entry besides `template`, and those of a template's front matter. */
export const FRONT_MATTER_KEYS = {
  path: {
    about: "Where the file goes: an absolute path.",
    value: ABSOLUTE_PATH,
    examples: ["/etc/myapp/limits.conf"],
  },
  ...OWNERS,
  mode: { about: "Octal digits, in quotes.", value: { kind: "text", pattern: PLAIN_MODE }, default: "0644" },
  format: {
    about: "How its values are encoded. Default: what the names of the file and of its template say.",
    value: { kind: "choice", choices: TEMPLATE_FORMATS },
  },
  validate: {
    about: "A program, by its full path, that judges the new file, `{}`, before any file is replaced.",
    value: COMMAND,
    examples: [["/usr/sbin/nginx", "-t", "-q", "-c", "{}"]],
  },
  onChange: {
    about: "Which units are told when the file has changed.",
    value: { kind: "mapping", keys: ON_CHANGE },
    examples: [{ reload: "nginx.service" }],
  },
  healthCheck: {
    about: "A program, by its full path, that runs after the reloads. If it fails, the old files are restored.",
    value: COMMAND,
    examples: [["/usr/bin/curl", "-fsS", "http://localhost/health"]],
  },
  onDrift: {
    about: "What becomes of the file if somebody edited it since parbake last wrote it.",
    value: { kind: "choice", choices: ["overwrite", "keep", "refuse"] },
    default: "overwrite",
  },
} as const satisfies KeyRules;

export const FILE_KEYS = {
  template: {
    about: "Its template, in the templates folder.",
    value: RELATIVE_PATH,
    examples: ["nginx.conf.hbs"],
    missing: "Add `template:`.",
  },
  ...FRONT_MATTER_KEYS,
} as const satisfies KeyRules;

export const FOLDER_KEYS = {
  path: {
    about: "The folder: an absolute path.",
    value: ABSOLUTE_PATH,
    examples: ["/srv/app"],
    missing: "Add `path:`.",
  },
  ...OWNERS,
  mode: { about: "Octal digits, in quotes.", value: { kind: "text", pattern: MODE }, default: "0755" },
} as const satisfies KeyRules;
