import assert from "node:assert/strict";
import { parseArguments } from "../../../agent/cli/parse-arguments.ts";
import { Refusal } from "../../../agent/refusal.ts";

const parse = (line: string) => parseArguments(line.split(" ").filter((word) => word !== ""));

function refusalOf(line: string): string {
  try {
    parse(line);
  } catch (error) {
    assert.ok(error instanceof Refusal);
    assert.equal(error.code, "usage");
    return error.message;
  }
  return assert.fail(`${line} is not refused`);
}

const NO_OPTIONS = { bake: false, strict: false, validators: true };

describe("parseArguments", () => {
  it("reads the main job with its defaults", () => {
    assert.deepEqual(parse("apply"), {
      command: { kind: "apply", only: null, planFile: null, force: false, confirmMs: null, ...NO_OPTIONS },
      options: {
        configFile: "/etc/parbake/parbake.yaml",
        root: "/",
        deadlineMs: 60_000,
        json: false,
        pager: true,
        logLevel: null,
        logFormat: null,
      },
    });
  });

  it("gives a seal the time that a whole image takes", () => {
    const { command, options } = parse("seal --clean --sarif out.sarif");
    assert.deepEqual(command, {
      kind: "seal",
      clean: true,
      sarifFile: "out.sarif",
      baseImage: null,
      family: null,
      sourceCommit: null,
    });
    assert.equal(options.deadlineMs, 1_800_000);
    assert.equal(parse("seal --deadline 2m").options.deadlineMs, 120_000);
  });

  it("reads a dry run as the very plan command", () => {
    const dryRun = parse("apply --dry-run --instance-type m7g.large,r7i.4xlarge").command;
    assert.deepEqual(dryRun, parse("plan --instance-type=m7g.large,r7i.4xlarge").command);
    assert.deepEqual(dryRun, {
      kind: "plan",
      machine: { kind: "types", names: ["m7g.large", "r7i.4xlarge"] },
      diff: false,
      all: false,
      detailedExitcode: false,
      only: null,
      checkAccess: false,
      junit: null,
      bake: false,
    });
  });

  it("reads patterns of types whose commas are in braces, and a JUnit file for a check and a dry run alone", () => {
    assert.deepEqual(parse("check --instance-type m7g.{large,xlarge},r7i.* --junit j.xml").command, {
      kind: "check",
      machine: { kind: "types", names: ["m7g.{large,xlarge}", "r7i.*"] },
      junit: "j.xml",
      ...NO_OPTIONS,
    });
    const { command } = parse("apply --dry-run --junit j.xml");
    assert.ok(command.kind === "plan" && command.junit === "j.xml");
    assert.match(refusalOf("apply --junit j.xml"), /--junit needs --dry-run/);
  });

  it("reads the units of an installation, each once, templates and instances among them", () => {
    assert.deepEqual(
      parse("install --unit web.service --unit db@.service --unit db@1.service --unit web.service").command,
      {
        kind: "install",
        units: ["web.service", "db@.service", "db@1.service"],
        refresh: false,
        binary: null,
        dryRun: false,
      },
    );
    const uninstall = { kind: "uninstall", purge: false, rendered: true, dryRun: true };
    assert.deepEqual(parse("uninstall --rendered --dry-run").command, uninstall);
  });

  it("reads --bake of all three, and what to do with validators of those that run them", () => {
    const { command: check } = parse("check --bake --strict --no-validators");
    assert.ok(check.kind === "check" && check.bake && check.strict && !check.validators);
    const { command: apply } = parse("apply --root /mnt --bake --strict --no-validators");
    assert.ok(apply.kind === "apply" && apply.bake && apply.strict && !apply.validators);
    const { command: plan } = parse("apply --dry-run --bake");
    assert.ok(plan.kind === "plan" && plan.bake);
    assert.match(refusalOf("plan --strict"), /plan has no option --strict/);
    assert.match(refusalOf("apply --dry-run --strict"), /--strict cannot be combined with --dry-run/);
    for (const root of ["", " --root /"])
      assert.match(refusalOf(`apply --no-validators${root}`), /--no-validators needs --root/);
  });

  it("reads --force for apply alone, and --check-access for a plan of this machine alone", () => {
    assert.deepEqual(parse("apply --force --only secrets").command, {
      kind: "apply",
      only: "secrets",
      planFile: null,
      force: true,
      confirmMs: null,
      ...NO_OPTIONS,
    });
    assert.match(refusalOf("plan --force"), /plan has no option --force/);
    assert.match(refusalOf("apply --dry-run --force"), /--force cannot be combined with --dry-run/);
    const { command } = parse("plan --check-access");
    assert.ok(command.kind === "plan" && command.checkAccess);
    assert.match(refusalOf("apply --check-access"), /apply has no option --check-access/);
    assert.match(
      refusalOf("plan --check-access --instance-type m7g.large"),
      /--check-access asks AWS with the role of the machine/,
    );
  });

  it("reads how long somebody has to confirm a run, and what is to be taken back", () => {
    const confirmMs = (line: string) => {
      const { command } = parse(line);
      return command.kind === "apply" ? command.confirmMs : null;
    };
    assert.deepEqual(
      ["10s", "5m", "24h"].map((time) => confirmMs(`apply --confirm ${time}`)),
      [10_000, 300_000, 86_400_000],
    );
    assert.deepEqual(parse("confirm").command, { kind: "confirm" });
    assert.deepEqual(parse("revert").command, { kind: "revert", runId: null });
    assert.deepEqual(parse("revert --run x-7").command, { kind: "revert", runId: "x-7" });
  });

  it("reads a saved plan, for which everything is decided, and status", () => {
    assert.deepEqual(parse("apply --plan p.json").command, {
      kind: "apply",
      only: null,
      planFile: "p.json",
      force: false,
      confirmMs: null,
      ...NO_OPTIONS,
    });
    assert.deepEqual(parse("apply --dry-run --only files").command, parse("plan --only files").command);
    assert.deepEqual(parse("status --json").command, { kind: "status", wait: false });
    assert.deepEqual(parse("status --wait").command, { kind: "status", wait: true });
    assert.equal(parse("status --wait").options.deadlineMs, 90_000);
    assert.deepEqual(parse("analyze --boot --svg").command, { kind: "analyze", boot: true, svg: true });
    assert.deepEqual(parse("logs").command, { kind: "logs", file: null });
    assert.deepEqual(parse("logs -").command, { kind: "logs", file: "-" });
  });

  it("looks for the config below the root, unless it is named", () => {
    assert.equal(parse("check --root /mnt/image/").options.configFile, "/mnt/image/etc/parbake/parbake.yaml");
    assert.equal(parse("check --root /mnt --config a.yaml").options.configFile, "a.yaml");
  });

  it("leaves a profile's options as they are written: 8.0 is another version than 8", () => {
    const { command } = parse(
      "tune jvm --memory 1GiB --cpus 2 --set threads=50 --set gc=g1 --set strict=true --set version=8.0",
    );
    assert.deepEqual(command, {
      kind: "tune",
      profile: "jvm",
      machine: { kind: "size", memoryBytes: 1024 ** 3, vcpus: 2 },
      set: { threads: "50", gc: "g1", strict: "true", version: "8.0" },
      html: null,
    });
  });

  it("reads what to explain: an app, or one of its settings, whose own name may have dots", () => {
    const machine = { kind: "types", names: ["m7g.large"] };
    assert.deepEqual(parse("explain db").command, {
      kind: "explain",
      machine: { kind: "here" },
      app: "db",
      setting: null,
    });
    assert.deepEqual(parse("explain kernel.vm.swappiness --instance-type m7g.large").command, {
      kind: "explain",
      machine,
      app: "kernel",
      setting: "vm.swappiness",
    });
  });

  it("reads the whole catalogue as a choice of its own", () => {
    assert.deepEqual(parse("tune --all-types").command, {
      kind: "tune",
      machine: { kind: "all-types", families: null, fits: false, maxMemoryBytes: null, sort: "name" },
      profile: null,
      set: {},
      html: null,
    });
    assert.deepEqual(parse("tune --all-types --family m7*,{c,r}7g --fits --max-memory 16GiB --sort memory").command, {
      kind: "tune",
      machine: {
        kind: "all-types",
        families: ["m7*", "{c,r}7g"],
        fits: true,
        maxMemoryBytes: 17_179_869_184,
        sort: "memory",
      },
      profile: null,
      set: {},
      html: null,
    });
  });

  it("reads where a page goes, and which machines it is of", () => {
    const machine = { kind: "types", names: ["m7g.large"] };
    const tune = { kind: "tune", machine, profile: null, set: {}, html: "sizes.html" };
    assert.deepEqual(parse("tune --html sizes.html --instance-type m7g.large").command, tune);
    assert.deepEqual(parse("page --instance-type m7g.large").command, { kind: "page", machine });
    assert.deepEqual(parse("page").command, { kind: "page", machine: { kind: "here" } });
  });

  it("takes help and version before anything else, from any place", () => {
    assert.deepEqual(parse("plan -h").command, { kind: "help", topic: { kind: "command", name: "plan" } });
    assert.deepEqual(parse("plan -help").command, { kind: "help", topic: { kind: "command", name: "plan" } });
    assert.deepEqual(parse("--help").command, { kind: "help", topic: { kind: "overview" } });
    assert.deepEqual(parse("aply --help").command, { kind: "help", topic: { kind: "overview" } });
    for (const line of ["apply --version", "-V", "version", "version --json"])
      assert.deepEqual(parse(line).command, { kind: "version" });
  });

  for (const [line, topic] of [
    ["help", { kind: "overview" }],
    ["help plan", { kind: "command", name: "plan" }],
    ["help help", { kind: "command", name: "help" }],
    ["help exit-status", { kind: "exit-status" }],
    ["help tune", { kind: "command", name: "tune" }],
    ["help tune postgresql", { kind: "profile", name: "postgresql" }],
    ["help postgresql", { kind: "profile", name: "postgresql" }],
    ["tune postgresql --help", { kind: "profile", name: "postgresql" }],
    ["tune postgresql --set workload=oltp -h", { kind: "profile", name: "postgresql" }],
    ["explain db -h", { kind: "command", name: "explain" }],
  ] as const)
    it(`helps with ${JSON.stringify(topic)}: ${line}`, () =>
      assert.deepEqual(parse(line).command, { kind: "help", topic }));

  it("keeps a value and a word that begin with one dash", () => {
    const { command } = parse("tune jvm --set -odd=1");
    assert.deepEqual(command.kind === "tune" && command.set, { "-odd": "1" });
    assert.deepEqual(parse("logs -- -odd-name").command, { kind: "logs", file: "-odd-name" });
  });

  const refused: readonly (readonly [line: string, message: string])[] = [
    ["", "no command. Try `parbake help`."],
    ["aply", "'aply' is not a command. Did you mean 'apply'?"],
    ["bogus", "'bogus' is not a command. `parbake help` lists the commands."],
    ["plan --dif", "unknown option --dif. Did you mean '--diff'?"],
    ["plan -x", "unknown option -x. `parbake plan --help` lists its options."],
    ["plan --quite-another", "unknown option --quite-another. `parbake plan --help` lists its options."],
    ["plan -instance-type m7g.large", "plan does not take '-instance-type'. Did you mean --instance-type?"],
    ["-instance-type=m7g.large plan", "plan does not take '-instance-type'. Did you mean --instance-type?"],
    [
      "-root /mnt plan -json",
      "plan does not take '-root'. Did you mean --root?\nplan does not take '-json'. Did you mean --json?",
    ],
    [
      "plan -diff here",
      "plan does not take '-diff'. Did you mean --diff?\nplan does not take 'here'. Usage: parbake plan [options].",
    ],
    ["plan -auto-approve", "plan does not take '-auto-approve'. `parbake plan --help` lists its options."],
    ["help aply", "'aply' is neither a command nor a profile. Did you mean 'apply'?"],
    ["help postgres", "'postgres' is neither a command nor a profile. Did you mean 'postgresql'?"],
    [
      "help bogus",
      "'bogus' is neither a command nor a profile. `parbake help` lists the commands, `parbake profiles` the profiles.",
    ],
    ["nginx", "'nginx' is not a command. It is a profile: `parbake tune nginx`."],
    ["help tune nginy", "there is no profile 'nginy'. Did you mean 'nginx'?"],
    ["help tune nginx more", "help does not take 'more'. Usage: parbake help [COMMAND] [PROFILE] [options]."],
    ["version 1", "version does not take '1'. Usage: parbake version [options]."],
    ["plan --root", "--root has no value. Write --root=DIR."],
    ["plan --root --json", "--root has no value. Write --root=DIR."],
    ["plan --json=yes", "--json takes no value. Write just --json."],
    ["facts --diff", "facts has no option --diff. `parbake facts --help` lists its options."],
    ["plan here", "plan does not take 'here'. Usage: parbake plan [options]."],
    [
      "apply --instance-type m7g.large",
      "--instance-type needs --dry-run. Add it: without it, apply tunes the machine that it runs on.",
    ],
    ["apply --only secret", "--only secret is not known. Did you mean 'secrets'?"],
    [
      "apply --plan p.json --only files --dry-run",
      "--plan cannot be combined with --only, --dry-run. Give them to `parbake plan`, when the plan is made.",
    ],
    ["plan --plan p.json", "plan has no option --plan. `parbake plan --help` lists its options."],
    ["ready nginx", "'nginx' is not a unit name. Give it with its suffix: nginx.service."],
    [
      "ready ../report.json",
      "'../report.json' is not a unit name. It may have letters, digits and :_.\\@-; `systemd-escape` writes the others.",
    ],
    ["ready -- -Hevil.service", "'-Hevil.service' is not a unit name. Remove the hyphen at its beginning."],
    ["plan --memory 4GiB", "--memory and --cpus go together. Give both: --memory 4GiB --cpus 2."],
    [
      "plan --memory 4 --cpus 0",
      "--memory 4 is not an amount of memory. Write it with its unit: 4MiB or 4GiB.\n--cpus 0 is not a number of CPUs. Write a whole number from 1 to 4096.",
    ],
    ...["0x4", "1e1", "+4", "4.", "4.0", "5000"].map((cpus): [string, string] => [
      `plan --memory 4GiB --cpus ${cpus}`,
      `--cpus ${cpus} is not a number of CPUs. Write a whole number from 1 to 4096.`,
    ]),
    ["apply --confirm 5", "--confirm 5 is not a duration of 10 s to 24 h. Write a number and a unit: 90s, 5m."],
    ["apply --confirm 9s", "--confirm 9s is not a duration of 10 s to 24 h. Write a number and a unit: 90s, 5m."],
    ["apply --confirm 25h", "--confirm 25h is not a duration of 10 s to 24 h. Write a number and a unit: 90s, 5m."],
    ["apply --confirm 5m --bake", "--confirm cannot be combined with --bake. Leave it out: nobody waits in a bake."],
    [
      "apply --confirm 5m --root /mnt",
      "apply --confirm has no --root. Leave it out: only a running machine is tried out.",
    ],
    [
      "apply --confirm 5m --dry-run",
      "--confirm cannot be combined with --dry-run. Leave it out: a dry run changes nothing.",
    ],
    ["revert --root /mnt", "revert has no --root. Leave it out: only a running machine is tried out."],
    ["plan --confirm 5m", "plan has no option --confirm. `parbake plan --help` lists its options."],
    ["plan --deadline 60", "--deadline 60 is not a duration. Write a number and a unit, up to 24h: 500ms, 90s, 5m."],
    [
      "tune --set a=b",
      "--set needs a profile. `parbake tune postgresql --set workload=oltp`; an image's options are in its config.",
    ],
    ["explain", "explain needs an app. Write parbake explain APP, or APP.SETTING."],
    ["explain db heap", "explain does not take 'heap'. Usage: parbake explain APP[.SETTING] [options]."],
    ["completion", "completion needs a shell. Write parbake completion bash, zsh or fish."],
    ["completion tcsh", "completion knows no shell 'tcsh'. Write parbake completion bash, zsh or fish."],
    ["completion bash --json", "completion --json: a shell reads the script. Leave --json out."],
    ["tune --fits", "--fits needs --all-types. Add it."],
    ["tune --family m7*", "--family needs --all-types. Add it."],
    ["tune --all-types --sort price", "--sort price is not known. Known: name, memory, vcpus, fits."],
    [
      "tune --all-types --max-memory 16",
      "--max-memory 16 is not an amount of memory. Write it with its unit: 16MiB or 16GiB.",
    ],
    ["plan --all-types", "plan has no option --all-types. `parbake plan --help` lists its options."],
    [
      "tune jvm --html a.html",
      "--html cannot be combined with the profile jvm. Leave it out: the page is of an image, and shows all types and any profile.",
    ],
    [
      "tune --html a.html --json",
      "--html cannot be combined with --json. Leave it out: the page is of an image, and shows all types and any profile.",
    ],
    ["page --json", "page --json: the page is HTML. `parbake tune --json` has its numbers."],
    [
      "tune jvm --all-types --instance-type m7g.large",
      "--all-types cannot be combined with another machine. Give it alone, or name the types.\n--all-types tunes the image, not one profile. Leave the profile out: the config names the image's apps.",
    ],
    ["plan --root a --root b", "--root is given 2 times. Give it once."],
    [
      "install --unit nginx --unit a.slice",
      "--unit nginx is not a unit that can wait for parbake. Give it with its suffix: nginx.service.\n--unit a.slice is not a unit that can wait for parbake. Name a service, a socket, a target, a timer or a path.",
    ],
    [
      `install --unit ${"a".repeat(240)}.service`,
      `--unit ${"a".repeat(80)}… has a name that is too long for a unit that waits for parbake. Shorten it to 233 characters: parbake-ready@ is named after it.`,
    ],
    ["install --binary a --binary b", "--binary is given 2 times. Give it once."],
    ["uninstall --unit a.service", "uninstall has no option --unit. `parbake uninstall --help` lists its options."],
  ];
  for (const [line, message] of refused) {
    it(`refuses "${line}" with the fix`, () => assert.equal(refusalOf(line), message));
  }
});
