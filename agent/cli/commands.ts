// The command line as data, for the parser, the help and the README's test.

interface OptionRule {
  /** Placeholder of its value in help; null: a switch. */
  readonly value: string | null;
  readonly about: string;
}

export const OPTIONS = {
  config: { value: "FILE", about: "the config (default /etc/parbake/parbake.yaml, below --root)" },
  root: { value: "DIR", about: "act on the machine image mounted there instead of on /" },
  deadline: {
    value: "DURATION",
    about: "the longest it may take (60s; status 90s, logs 3m, fleet 10m, seal 30m)",
  },
  json: { value: null, about: "one JSON document on stdout; text for people goes to stderr" },
  "log-level": { value: "LEVEL", about: "error, warn, info or debug (default info; warn on a terminal)" },
  "log-format": { value: "FORMAT", about: "text, json or journal (default: journal under systemd, else text)" },
  help: { value: null, about: "this text; after a command, the command's own" },
  version: { value: null, about: "version, commit and Node version" },
  "dry-run": { value: null, about: "print what would be done, as `plan` does, or the config of `init`; write nothing" },
  plan: {
    value: "FILE",
    about: "apply this plan, which `plan --json` printed on this machine, unless anything has changed since",
  },
  only: { value: "PART", about: "files, secrets or tuning: leave the rest unchanged" },
  "instance-type": {
    value: "T[,T…]",
    about: "for these instance types, or patterns of them ('m7g.*'), instead of this machine; no IMDS, no AWS",
  },
  memory: { value: "SIZE", about: "for a machine with this much memory, as its OS reports it (with --cpus)" },
  cpus: { value: "N", about: "for a machine with this many CPUs (with --memory)" },
  "all-types": {
    value: null,
    about: "for every instance type of the catalogue: on which the image fits, and on which it does not",
  },
  junit: { value: "FILE", about: "write a JUnit XML file, with a test case for each machine" },
  diff: { value: null, about: "show each file's change as a unified diff" },
  "detailed-exitcode": { value: null, about: "exit 2 if there is something to change" },
  force: { value: null, about: "fetch every secret, even if its stored version is the current one" },
  "check-access": {
    value: null,
    about: "ask AWS whether the role may describe each secret and whether its version exists; reads no value",
  },
  bake: {
    value: null,
    about:
      "an image is being baked here: fetch no secret, ask no IMDS (default where Packer's PACKER_BUILD_NAME is set)",
  },
  strict: { value: null, about: "fail where a file's validator cannot run here" },
  confirm: {
    value: "DURATION",
    about: "take everything back after this time (10s to 24h), unless `parbake confirm` says that it stays",
  },
  run: { value: "ID", about: "only what this run left, as the timer of `apply --confirm` says it" },
  "no-validators": { value: null, about: "run none of the image's programs" },
  clean: { value: null, about: "first remove what is safe to remove: histories, logs, leases, host keys, caches" },
  "base-image": {
    value: "AMI",
    about: "what the bake began from (default: what IMDS says of the machine of the bake)",
  },
  family: {
    value: "NAME",
    about: "what images of this kind are called, as the AMI's tag parbake:family says it for `fleet`",
  },
  "source-commit": { value: "COMMIT", about: "of what the image is made by" },
  sarif: { value: "FILE", about: "write what was found as SARIF 2.1.0, too" },
  wait: { value: null, about: "first wait for the end of a run that goes on, or that systemd is to start" },
  boot: { value: null, about: "of the first run since the machine started, not of the last" },
  svg: { value: null, about: "draw it, as SVG" },
  set: { value: "NAME=VALUE", about: "an option of the profile; may be repeated" },
  tag: { value: "KEY=VALUE", about: "only instances with this tag; may be repeated; * and ? stand for any text" },
  asg: { value: "NAME", about: "only instances of this Auto Scaling group; may be repeated" },
  region: { value: "R[,R…]", about: "these regions (default AWS_REGION, else that of the instance)" },
  state: { value: "S[,S…]", about: "instances in these states (default running)" },
  "family-tag": {
    value: "KEY",
    about: "the tag that names an image's family, where it has one (default parbake:family)",
  },
  "max-age": { value: "DURATION", about: "exit 2 if an image in use is older: 30d, 12h" },
  "max-behind": { value: "N", about: "exit 2 if an image in use has more than N newer ones in its family" },
  "fail-on": { value: "WHAT[,WHAT]", about: "exit 2 if an image in use is deprecated, or is deregistered, as named" },
  all: { value: null, about: "each instance too, not only each image" },
  prometheus: { value: null, about: "print metrics for a textfile instead" },
  unit: {
    value: "NAME",
    about: "a service that systemd starts only once parbake has made all that it needs; may be repeated",
  },
  refresh: { value: null, about: "fetch rotated secrets every hour: enables parbake-refresh.timer" },
  binary: { value: "FILE", about: "the parbake to install, for an image of another architecture (default: this one)" },
  purge: { value: null, about: "remove the config too: /etc/parbake" },
  rendered: { value: null, about: "remove the files too that parbake made and nobody has edited since" },
} as const satisfies Record<string, OptionRule>;

export type OptionName = keyof typeof OPTIONS;

/** Those that may be given more than once. */
export const REPEATABLE: readonly OptionName[] = ["set", "tag", "asg", "unit"];

export const GLOBAL_OPTIONS: readonly OptionName[] = [
  "config",
  "root",
  "deadline",
  "json",
  "log-level",
  "log-format",
  "help",
  "version",
];

export interface CommandRule {
  readonly about: string;
  readonly operand: string | null;
  readonly options: readonly OptionName[];
  readonly example: string;
  /** Default: that of a boot. */
  readonly deadlineMs?: number;
}

const MACHINE_OPTIONS = ["instance-type", "memory", "cpus"] as const;

export const COMMANDS = {
  apply: {
    about: "tune, render, fetch the secrets, write what differs, reload what needs it",
    operand: null,
    options: [
      "dry-run",
      "plan",
      "only",
      "force",
      "diff",
      "detailed-exitcode",
      "junit",
      "bake",
      "strict",
      "no-validators",
      "confirm",
      ...MACHINE_OPTIONS,
    ],
    example: "parbake apply --dry-run --instance-type m7g.large,r7i.4xlarge",
  },
  plan: {
    about: "print what apply would do, for here or for any instance type",
    operand: null,
    options: ["only", "diff", "detailed-exitcode", "check-access", "junit", "bake", ...MACHINE_OPTIONS],
    example: "parbake plan --diff",
  },
  check: {
    about: "validate config, templates, units and the rendered files, without the network",
    operand: null,
    options: ["junit", "bake", "strict", "no-validators", ...MACHINE_OPTIONS],
    example: "parbake check --root /mnt/image",
  },
  facts: {
    about: "print what parbake knows about this machine, and where each fact came from",
    operand: null,
    options: [],
    example: "parbake facts --json",
  },
  tune: {
    about: "compute the tuning alone, for the image or for one profile",
    operand: "[PROFILE]",
    options: [...MACHINE_OPTIONS, "all-types", "set"],
    example: "parbake tune postgresql --memory 4GiB --cpus 2 --set workload=oltp",
  },
  explain: {
    about: "say why an app has this share, or a setting this value, and what would change it",
    operand: "APP[.SETTING]",
    options: MACHINE_OPTIONS,
    example: "parbake explain db.shared_buffers --instance-type m7g.large",
  },
  status: {
    about: "print the last run, and whether the files are still as it left them",
    operand: null,
    options: ["wait"],
    example: "parbake status --wait --json",
    // As long as systemd waits for parbake.service (systemd/run.conf).
    deadlineMs: 90_000,
  },
  ready: {
    about: "say whether parbake has made all that a unit needs, and if not, what it waits for",
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
    about: "write an archive with all that a bug report needs, without secrets and account ids",
    operand: "[FILE]",
    options: [],
    example: "parbake logs",
    // It asks a dozen programs, on a machine that may be ill, and searches all that they say.
    deadlineMs: 180_000,
  },
  confirm: {
    about: "keep what `apply --confirm` did",
    operand: null,
    options: [],
    example: "parbake confirm",
  },
  revert: {
    about: "take back at once what `apply --confirm` did, as its timer does if nobody confirms it",
    operand: null,
    options: ["run"],
    example: "parbake revert",
  },
  init: {
    about: "look at what the image has, and write a starting config with its templates",
    operand: null,
    options: ["dry-run"],
    example: "parbake init --root /mnt/image --dry-run",
  },
  fleet: {
    about: "say which instances run an older image than the newest of its family (EC2)",
    operand: null,
    options: ["tag", "asg", "region", "state", "family-tag", "max-age", "max-behind", "fail-on", "all", "prometheus"],
    example: "parbake fleet --tag role=web --max-age 30d --fail-on deprecated,deregistered",
    // Fifty thousand instances are fifty pages, for each of which EC2 takes seconds, or a minute where it throttles.
    deadlineMs: 600_000,
  },
  templates: {
    about: "list the ready templates and the documents that parbake carries, or print one",
    operand: "[NAME]",
    options: [],
    example: "parbake templates nginx >/etc/parbake/templates/nginx.conf.hbs",
  },
  install: {
    about: "install parbake and its units, and hold services back until it has made what they need",
    operand: null,
    options: ["unit", "refresh", "binary", "dry-run"],
    example: "parbake install --root /mnt/image --unit nginx.service --unit postgresql@.service",
  },
  uninstall: {
    about: "remove parbake with its state; config and rendered files stay, unless told otherwise",
    operand: null,
    options: ["purge", "rendered", "dry-run"],
    example: "parbake uninstall --dry-run",
  },
  seal: {
    about: "end a bake: refuse credentials in the image and missing updates, and describe it",
    operand: null,
    options: ["clean", "sarif", "base-image", "family", "source-commit"],
    example: "parbake seal --clean --root /mnt/image",
    // It reads all of an image, which nobody waits for.
    deadlineMs: 1_800_000,
  },
} as const satisfies Record<string, CommandRule>;

export type CommandName = keyof typeof COMMANDS;

/** The statuses that parbake ends with, for help and README. */
export const EXIT_MEANINGS: readonly (readonly [status: number, meaning: string])[] = [
  [0, "done"],
  [2, "plan --detailed-exitcode: changes; status: not in sync; fleet: outdated; nothing to confirm"],
  [64, "usage: the command line is wrong"],
  [65, "a template or a secret has bad data; seal: something is in the image that must not be"],
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
