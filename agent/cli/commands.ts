// The commands of the command line as data, for the parser, the help and the tests of the documents.

import { type OptionName, type OptionRule, OPTIONS } from "./options.ts";

export interface CommandRule {
  readonly about: string;
  readonly operand: string | null;
  readonly options: readonly OptionName[];
  /** Of options that other commands have by the same name for something else. */
  readonly meanings?: Readonly<Partial<Record<OptionName, OptionRule>>>;
  readonly example: string;
  /** What else is to be known before it is used. */
  readonly note?: string;
  /** Default: that of a boot. */
  readonly deadlineMs?: number;
}

const MACHINE_OPTIONS = ["instance-type", "memory", "cpus"] as const;

export const COMMANDS = {
  apply: {
    about: "tune, render, fetch secrets, write what differs, reload units",
    operand: null,
    options: [
      "dry-run",
      "plan",
      "only",
      "force",
      "diff",
      "all",
      "detailed-exitcode",
      "junit",
      "bake",
      "strict",
      "no-validators",
      "confirm",
      ...MACHINE_OPTIONS,
    ],
    example: "parbake apply --dry-run --instance-type m7g.large,r7g.4xlarge",
  },
  plan: {
    about: "print what apply would do, for here or for any instance type",
    operand: null,
    options: ["only", "diff", "all", "detailed-exitcode", "check-access", "junit", "bake", ...MACHINE_OPTIONS],
    example: "parbake plan --diff",
  },
  check: {
    about: "validate config, templates, units and files, without network",
    operand: null,
    options: ["junit", "bake", "strict", "no-validators", ...MACHINE_OPTIONS],
    example: "parbake check --root /mnt/image",
  },
  facts: {
    about: "print what parbake knows of this machine, and from where",
    operand: null,
    options: [],
    example: "parbake facts --json",
  },
  tune: {
    about: "compute the tuning alone, for the image or for one profile",
    operand: "[PROFILE]",
    options: [...MACHINE_OPTIONS, "all-types", "family", "fits", "max-memory", "sort", "set", "html"],
    meanings: { family: { value: "F[,F…]", about: "only families like this: 'm7*' (with --all-types)" } },
    example: "parbake tune postgresql --memory 4GiB --cpus 2 --set workload=oltp",
  },
  page: {
    about: "print a web page that shows and tries the image's tuning",
    operand: null,
    options: MACHINE_OPTIONS,
    example: "parbake page >sizes.html",
  },
  explain: {
    about: "say why a share or a setting has its value, and what changes it",
    operand: "APP[.SETTING]",
    options: MACHINE_OPTIONS,
    example: "parbake explain db.shared_buffers --instance-type m7g.large",
  },
  "explain-error": {
    about: "say what an exit status or a line of parbake's means",
    operand: "CODE|LINE",
    options: [],
    example: "parbake explain-error 69",
  },
  status: {
    about: "print the last run, and whether its files are as it left them",
    operand: null,
    options: ["wait"],
    example: "parbake status --wait --json",
    // As long as systemd waits for parbake.service (systemd/run.conf).
    deadlineMs: 90_000,
  },
  ready: {
    about: "say whether all that a unit needs is made, or what it waits for",
    operand: "UNIT",
    options: [],
    example: "parbake ready api.service",
  },
  analyze: {
    about: "say where the boot's time went, and what of it was parbake's",
    operand: null,
    options: ["boot", "svg"],
    example: "parbake analyze --boot --svg >parbake.svg",
  },
  logs: {
    about: "write a bug report's archive, without secrets and account ids",
    operand: "[FILE]",
    options: [],
    example: "parbake logs",
    // It asks a dozen programs, on a machine that may be ill, and searches all that they say.
    deadlineMs: 180_000,
  },
  profiles: {
    about: "list the apps that parbake can tune",
    operand: null,
    options: [],
    example: "parbake profiles",
  },
  config: {
    about: "print the merged config, with the place of each key",
    operand: "show",
    options: [],
    example: "parbake config show",
    note: "For people, or with --json for programs. It is no config: what looks like a secret is hidden.",
  },
  fmt: {
    about: "lay out the config and the front matter of templates",
    operand: "[FILE…]",
    options: ["check", "diff"],
    example: "parbake fmt --check --diff",
    note: "Without a FILE: parbake.yaml, all of parbake.d and all templates. Comments stay, and what it says is proven to stay.",
  },
  schema: {
    about: "print the JSON Schema of the config, for editors",
    operand: null,
    options: [],
    example: "parbake schema >parbake.schema.json",
  },
  confirm: {
    about: "keep what `apply --confirm` did",
    operand: null,
    options: [],
    example: "parbake confirm",
  },
  revert: {
    about: "take back at once what `apply --confirm` did",
    operand: null,
    options: ["run"],
    example: "parbake revert",
  },
  init: {
    about: "look at the image, and write a starting config with templates",
    operand: null,
    options: ["dry-run"],
    example: "parbake init --root /mnt/image --dry-run",
  },
  fleet: {
    about: "say which instances run an outdated image (EC2)",
    operand: null,
    options: ["tag", "asg", "region", "state", "family-tag", "max-age", "max-behind", "fail-on", "all", "prometheus"],
    meanings: { all: { value: null, about: "each instance too, not only each image" } },
    example: "parbake fleet --tag role=web --max-age 30d --fail-on deregistered",
    // Fifty thousand instances are fifty pages, for each of which EC2 takes seconds, or a minute where it throttles.
    deadlineMs: 600_000,
  },
  templates: {
    about: "list the ready templates and the documents, or print one",
    operand: "[NAME]",
    options: [],
    example: "parbake templates nginx >/etc/parbake/templates/nginx.conf.hbs",
  },
  install: {
    about: "install parbake and its units, and hold services back for it",
    operand: null,
    options: ["unit", "refresh", "binary", "dry-run"],
    example: "parbake install --unit nginx.service --unit postgresql@.service",
  },
  uninstall: {
    about: "remove parbake and its state; config and rendered files stay",
    operand: null,
    options: ["purge", "rendered", "dry-run"],
    example: "parbake uninstall --dry-run",
  },
  seal: {
    about: "end a bake: refuse credentials and missing updates, describe it",
    operand: null,
    options: ["clean", "sarif", "base-image", "family", "source-commit"],
    example: "parbake seal --clean --root /mnt/image",
    // It reads all of an image, which nobody waits for.
    deadlineMs: 1_800_000,
  },
  completion: {
    about: "print the script by which a shell completes this command line",
    operand: "bash|zsh|fish",
    options: [],
    example: "parbake completion bash >/etc/bash_completion.d/parbake",
    note: "Packages bring it; it is for a machine with the binary alone. zsh: _parbake in a folder of $fpath; fish: parbake.fish in /etc/fish/completions.",
  },
  help: {
    about: "say how a command is used, or a profile is tuned",
    operand: "[COMMAND] [PROFILE]",
    options: [],
    example: "parbake help postgresql",
  },
  version: {
    about: "print version, commit and Node version",
    operand: null,
    options: [],
    example: "parbake version",
  },
} as const satisfies Record<string, CommandRule>;

export type CommandName = keyof typeof COMMANDS;

/** An option as the command means it. */
export function optionOf({ meanings }: CommandRule, name: OptionName): OptionRule {
  return meanings?.[name] ?? OPTIONS[name];
}

/** What `help` takes beside the commands. */
export const EXIT_STATUS_TOPIC = "exit-status";

/** The statuses that parbake ends with, for the help and cli/README.md. */
export const EXIT_MEANINGS: readonly (readonly [status: number, meaning: string])[] = [
  [0, "done"],
  [
    2,
    "plan --detailed-exitcode: changes; fmt --check: not laid out; status: not in sync; fleet: outdated; nothing to confirm",
  ],
  [64, "usage: the command line is wrong"],
  [65, "a template, secret or journal has bad data; seal: something is in the image that must not be"],
  [69, "IMDS or AWS unavailable, or (ready) the unit has to wait; a retry may help"],
  [70, "a bug in parbake"],
  [71, "a unit would not reload or restart; no memory, open files or (--strict) validator"],
  [73, "cannot write"],
  [75, "another run holds the lock, or waits for `parbake confirm`; status --wait: time is up"],
  [77, "permission denied, by IAM or the file system; or others than root can write an input of apply"],
  [78, "config error, or the image does not fit on a machine that the command is for"],
  [129, "stopped by SIGHUP: the run undid what it had not finished"],
  [130, "likewise by SIGINT"],
  [143, "likewise by SIGTERM"],
];
