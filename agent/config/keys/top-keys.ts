// The top of the config. Pure.

import { CONFIG_NAME } from "../../names/config-name.ts";
import { DEFAULT_SECRETS_FOLDER } from "../../names/own-places.ts";
import { APP_KEYS, RESERVE_KEYS } from "./app-keys.ts";
import { FILE_KEYS, FOLDER_KEYS } from "./file-keys.ts";
import type { KeyRules } from "./rule.ts";
import { SEAL_KEYS } from "./seal-keys.ts";
import { SECRET_KEYS } from "./secret-keys.ts";
import { ABSOLUTE_PATH, ARCHITECTURE, BOOLEAN, DURATION_VALUE, SIZE_VALUE, TEXT } from "./values.ts";

export const AWS_KEYS = {
  batch: {
    about: "Fetch 20 secrets in one call, from a quota that is 100 times smaller.",
    value: BOOLEAN,
    default: false,
  },
  startJitter: {
    about: "The longest random wait before the first call, up to 10m, for fleets that boot at once.",
    value: DURATION_VALUE,
    default: 0,
    examples: ["10s"],
  },
} as const satisfies KeyRules;

export const IMAGE_AGE_KEYS = {
  limit: {
    about: "How old the image may be.",
    value: DURATION_VALUE,
    examples: ["30d"],
    missing: "Add it: limit: 30d.",
  },
  // oxlint-disable-next-line unicorn/no-thenable -- it is the config's word, and never awaited
  then: {
    about: "What an older image does to a boot: warn, or end it with 78.",
    value: { kind: "choice", choices: ["warn", "fail"] },
    default: "warn",
  },
} as const satisfies KeyRules;

export const TOP_KEYS = {
  imds: {
    about: "What becomes of a run without IMDS: it fails, or goes on with the hardware alone.",
    value: { kind: "choice", choices: ["required", "optional"] },
    default: "required",
  },
  reserve: {
    about: "What the kernel, sshd and agents need, before the apps share the rest.",
    value: { kind: "mapping", keys: RESERVE_KEYS },
    examples: [{ memory: { share: "5%", min: "256MiB" } }],
  },
  architectures: {
    about: "The CPU architectures that the image is for, by EC2's names. Default: nothing is said of it.",
    value: { kind: "list", of: ARCHITECTURE },
    examples: [["arm64"]],
  },
  launchOn: {
    about:
      "The instance types that the image is for, or patterns of them; `check` renders it for each. Default: nothing is said of it.",
    value: { kind: "list", of: TEXT },
    examples: [["m7g.*", "r7g.{large..8xlarge}"]],
  },
  apps: {
    about: "The apps that share the machine, by names of your own.",
    value: { kind: "named", name: CONFIG_NAME, of: { kind: "mapping", keys: APP_KEYS } },
    examples: [{ db: { profile: "postgresql", memory: { weight: 3 } } }],
  },
  secrets: {
    about: "The secrets to fetch from Secrets Manager, by names of your own.",
    value: { kind: "named", name: CONFIG_NAME, of: { kind: "mapping", keys: SECRET_KEYS } },
    examples: [{ db: { id: "prod/db", keys: { password: { file: "db/password", owner: "api" } } } }],
  },
  aws: { about: "How Secrets Manager is asked.", value: { kind: "mapping", keys: AWS_KEYS } },
  files: {
    about: "The files to render, in this order.",
    value: { kind: "list", of: { kind: "mapping", keys: FILE_KEYS } },
    examples: [[{ template: "nginx.conf.hbs", path: "/etc/nginx/nginx.conf" }]],
  },
  folders: {
    about: "Folders that are made before the files.",
    value: { kind: "list", of: { kind: "mapping", keys: FOLDER_KEYS } },
    examples: [[{ path: "/srv/app", owner: "api", mode: "0750" }]],
  },
  metrics: {
    about: "A Prometheus textfile that each run writes; its name ends in .prom.",
    value: ABSOLUTE_PATH,
    examples: ["/var/lib/prometheus/node-exporter/parbake.prom"],
  },
  maxImageAge: {
    about: "How old the image may be that a machine boots from. Default: any age.",
    value: { kind: "either", of: [DURATION_VALUE, { kind: "mapping", keys: IMAGE_AGE_KEYS }] },
    examples: ["30d"],
  },
  seal: { about: "What `parbake seal` may find in the image.", value: { kind: "mapping", keys: SEAL_KEYS } },
  vars: {
    about: "Values of your own, which templates see as vars.NAME.",
    value: { kind: "named", of: { kind: "anything" } },
    examples: [{ domain: "example.com" }],
  },
  templates: {
    about: "The folder of the templates: absolute, or beside the config.",
    value: TEXT,
    default: "templates",
  },
  secretsFolder: {
    about: "Where secrets are written: a folder of its own, in memory.",
    value: ABSOLUTE_PATH,
    default: DEFAULT_SECRETS_FOLDER,
  },
  secretsSize: {
    about: "The most that the secrets may take. Default: 64 KiB for each file of theirs, twice.",
    value: SIZE_VALUE,
    examples: ["16MiB"],
  },
  secretsGuarantee: {
    about:
      "The weakest guarantee that is good enough of the secrets' file system: against swap, no swap, or any memory.",
    value: { kind: "choice", choices: ["unswappable", "no-swap", "swappable"] },
    default: "no-swap",
  },
} as const satisfies KeyRules;
