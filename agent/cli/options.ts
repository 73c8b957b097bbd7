// The options of the command line as data, for the parser, the help and the tests of the documents.

export interface OptionRule {
  /** Placeholder of its value in help; null: a switch. */
  readonly value: string | null;
  /** All that its value may be; absent: there is more. */
  readonly choices?: readonly string[];
  readonly about: string;
}

export const OPTIONS = {
  config: { value: "FILE", about: "the config, else /etc/parbake/parbake.yaml below --root" },
  root: { value: "DIR", about: "act on the machine image mounted there instead of on /" },
  deadline: {
    value: "DURATION",
    about: "at most: 60s; status 90s, logs 3m, fleet 10m, seal 30m",
  },
  json: { value: null, about: "one JSON document on stdout; what people read, on stderr" },
  "no-pager": { value: null, about: "show it all at once, not by PARBAKE_PAGER, PAGER or less" },
  "log-level": {
    value: "LEVEL",
    choices: ["error", "warn", "info", "debug"],
    about: "error, warn, info or debug (info; on a terminal warn)",
  },
  "log-format": {
    value: "FORMAT",
    choices: ["text", "json", "journal"],
    about: "text, json or journal (under systemd journal, else text)",
  },
  help: { value: null, about: "this text; after a command, the command's own" },
  version: { value: null, about: "version, commit and Node version" },
  "dry-run": { value: null, about: "print what would be done, as `plan` does, or the config of `init`; write nothing" },
  plan: {
    value: "FILE",
    about: "apply this plan, which `plan --json` printed on this machine, unless anything has changed since",
  },
  only: {
    value: "PART",
    choices: ["files", "secrets", "tuning"],
    about: "files, secrets or tuning: leave the rest unchanged",
  },
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
  html: { value: "FILE", about: "write the page of `parbake page` for these machines" },
  fits: { value: null, about: "only the types on which the image fits (with --all-types)" },
  "max-memory": { value: "SIZE", about: "only types of which the OS sees no more than this (with --all-types)" },
  sort: {
    value: "KEY",
    choices: ["name", "memory", "vcpus", "fits"],
    about: "by name, memory, vcpus or fits (with --all-types)",
  },
  junit: { value: "FILE", about: "write a JUnit XML file, with a test case for each machine" },
  check: { value: null, about: "write nothing, and exit 2 if a file would change" },
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
  all: { value: null, about: "every setting, and the files that stay as they are, too" },
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

/** One letter, after one dash. */
export const SHORT_OPTIONS: Readonly<Partial<Record<OptionName, string>>> = { help: "h", version: "V" };

export const GLOBAL_OPTIONS: readonly OptionName[] = [
  "config",
  "root",
  "deadline",
  "json",
  "no-pager",
  "log-level",
  "log-format",
  "help",
  "version",
];
