// Nobody's text steers a terminal or forges a line: hostile names wherever somebody else may write one, in every command.

import assert from "node:assert/strict";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startEmulator, type Emulator } from "../../scripts/emulator/emulator.ts";
import { BINARY, makeScratchImage, runProgram, type Outcome, type ScratchImage } from "./support/scratch-image.ts";

/** Colour, the clearing of the screen, C1's CSI, an override of direction, a line with a priority of its own, a return. */
const EVIL = "x\u001b[31m\u001b[2J\u009b2J\u202e\n<0>forged\r\u200b";
const SHOWN = String.raw`x\x1b[31m\x1b[2J\x9b2J\u202e\n<0>forged\r\u200b`;
const YAML = JSON.stringify(EVIL)
  .slice(1, -1)
  .replaceAll("\u009b", String.raw`\x9b`);

const HEAD = "apps: { web: { profile: nginx } }\nsecretsGuarantee: swappable\n";
const FILE = `${HEAD}files: [ { template: web.txt.hbs, path: /etc/web/web.txt } ]\n`;

interface Case {
  readonly title: string;
  readonly config: string;
  readonly template?: string;
  readonly prepare?: (image: ScratchImage) => void;
  /** Of the commands that see the text at all. */
  readonly shows: readonly string[];
  /** Left out: `SHOWN`. */
  readonly as?: string;
}

const yaml = (text: string): string => text.replaceAll("EVIL", YAML);

const CASES: readonly Case[] = [
  { title: "an unknown key", config: yaml(`"EVIL": 1\n${HEAD}`), shows: ["apply", "check", "plan", "tune"] },
  { title: "an app", config: yaml('apps: { "EVIL": { profile: nginx } }\n'), shows: ["apply", "check", "plan"] },
  { title: "a profile", config: yaml('apps: { web: { profile: "EVIL" } }\n'), shows: ["apply", "check", "plan"] },
  { title: "an option", config: yaml('apps: { web: { profile: nginx, options: { "EVIL": 1 } } }\n'), shows: ["tune"] },
  {
    title: "a key of a secret",
    config: yaml(`${HEAD}secrets: { db: { id: prod/db, keys: { "EVIL": { pointer: "/EVIL" } } } }\n`),
    shows: ["apply"],
  },
  {
    title: "an owner",
    config: yaml(`${HEAD}files: [ { template: web.txt.hbs, path: /etc/web/web.txt, owner: "EVIL" } ]\n`),
    shows: ["apply", "check", "plan", "plan --diff"],
  },
  {
    title: "a template that is not there",
    config: yaml(`${HEAD}files: [ { template: "EVIL", path: /etc/web/web.txt } ]\n`),
    shows: ["apply", "check", "plan"],
  },
  {
    title: "a path",
    config: yaml(`${HEAD}files: [ { template: web.txt.hbs, path: "/etc/web/EVIL" } ]\n`),
    shows: ["plan", "plan --diff"],
  },
  {
    title: "a validator",
    config: yaml(`${HEAD}files: [ { template: web.txt.hbs, path: /etc/web/web.txt, validate: ["/bin/EVIL"] } ]\n`),
    shows: ["check"],
  },
  {
    title: "a variable that no template prints",
    config: yaml(`${HEAD}vars: { "EVIL": 1 }\n`),
    shows: ["check", "plan"],
  },
  { title: "a name in a template", config: FILE, template: `{{vars.[${EVIL}]}}`, shows: ["check", "plan", "apply"] },
  {
    title: "a line of a template",
    config: FILE.replace("web.txt }", "web.txt, format: text }"),
    template: `${EVIL}\ntext\n`,
    shows: ["plan --diff"],
    as: String.raw`+x\x1b[31m\x1b[2J\x9b2J\u202e` + "\n" + String.raw`+<0>forged\r\u200b`,
  },
  {
    title: "a line of the file that is there",
    config: FILE,
    prepare: (image) => image.write("etc/web/web.txt", `${EVIL}\n`),
    shows: ["plan --diff"],
    as: String.raw`-x\x1b[31m\x1b[2J\x9b2J\u202e` + "\n" + String.raw`-<0>forged\r\u200b`,
  },
  {
    title: "where a link leads",
    config: FILE,
    prepare: ({ root }) => symlinkSync(EVIL, join(root, "etc/web/web.txt")),
    shows: ["apply", "plan", "plan --diff", "check"],
  },
  {
    title: "a user's name in /etc/passwd",
    config: `${HEAD}files: [ { template: web.txt.hbs, path: /etc/web/web.txt, owner: xforgee } ]\n`,
    prepare: (image) => image.write("etc/passwd", "xforge\u001bd:x:1:1::/:/bin/false\n"),
    shows: ["check"],
    as: String.raw`'xforge\x1bd'`,
  },
];

const COMMANDS = [
  "apply",
  "apply --log-format journal --log-level debug",
  "apply --log-format json --log-level debug",
  "apply --json",
  "plan",
  "plan --diff",
  "plan --json",
  "plan --check-access",
  "plan --diff --instance-type m7g.large,t4g.small",
  "check",
  "check --json",
  "status",
  "status --json",
  "facts",
  "tune",
  "tune --json",
  "explain web",
  "ready x.service",
  "config show",
  "config show --json",
  "fmt --check",
  "fmt --diff",
];

const AGAIN = ["plan --diff", "apply --log-format journal --log-level debug", "status"];

const ARGUMENTS: readonly (readonly string[])[] = [
  [EVIL],
  ["apply", EVIL],
  ["apply", `--${EVIL}`],
  ["apply", "--deadline", EVIL],
  ["apply", "--log-level", EVIL],
  ["apply", "--only", EVIL],
  ["apply", "--plan", EVIL],
  ["apply", "--config", EVIL],
  ["apply", "--root", `/${EVIL}`],
  ["plan", "--instance-type", EVIL],
  ["plan", "--memory", EVIL, "--cpus", EVIL],
  ["tune", EVIL],
  ["tune", "nginx", "--set", EVIL],
  ["tune", "nginx", "--set", `${EVIL}=${EVIL}`, "--memory", "1GiB", "--cpus", "1"],
  ["explain", EVIL],
  ["explain", `web.${EVIL}`],
  ["ready", EVIL],
  ["help", EVIL],
];

/** A tab is for the lines of files alone, and none of these has one. */
function assertClean({ status, stdout, stderr }: Outcome, what: string): void {
  assert.ok(status !== null && status !== 70, `${what}: ${status}: ${stderr}`);
  for (const text of [stdout, stderr]) {
    const raw = /[^\n\P{C}]|[\u2028\u2029]/u.exec(text);
    assert.equal(raw, null, `${what}: ${JSON.stringify(raw?.[0])} in ${JSON.stringify(text)}`);
    assert.ok(!/^<0>|^forged/m.test(text), `${what}: a forged line in ${JSON.stringify(text)}`);
  }
}

describe("words of others, in the compiled binary", () => {
  let emulator: Emulator;
  let image: ScratchImage;

  before(async () => {
    emulator = await startEmulator({
      world: { secrets: [{ name: "prod/db", versions: [{ string: '{"password":"pw"}' }] }] },
    });
  });
  after(() => emulator.close());
  afterEach(() => image.remove());

  function make({ config, template = "text\n", prepare }: Omit<Case, "title" | "shows">): void {
    image = makeScratchImage(config);
    image.write("etc/parbake/templates/web.txt.hbs", template);
    prepare?.(image);
  }

  const run = (line: string) => image.run(emulator, ...line.split(" "));

  for (const { title, shows, as = SHOWN, ...more } of CASES)
    it(`are shown, and change nothing else of what is printed: ${title}`, async () => {
      make(more);
      for (const line of shows) {
        const outcome = await run(line);
        assertClean(outcome, line);
        const text = outcome.stdout + outcome.stderr;
        assert.ok(text.includes(as), `${line}: ${JSON.stringify(text)}`);
      }
    });

  it("steer no command, and forge no line of it, where every name that may be is hostile", async function () {
    this.timeout(60_000);
    make({
      config: yaml(`apps: { web: { profile: nginx } }
secretsGuarantee: swappable
secrets: { db: { id: prod/db, keys: { "EVIL": { pointer: "/EVIL" } } } }
files:
  - { template: web.txt.hbs, path: /etc/web/more.txt, format: text, validate: [ /bin/echo, "EVIL" ], healthCheck: [ /bin/echo, "EVIL" ] }
  - { template: web.txt.hbs, path: /etc/web/link, format: text }
  - { template: web.txt.hbs, path: /etc/web/web.txt, format: text }
vars: { "EVIL": "EVIL" }
`),
      template: `${EVIL}\n`,
      prepare: (made) => made.write("etc/web/web.txt", `${EVIL}\nold\n`),
    });
    for (const line of COMMANDS) assertClean(await run(line), line);
    // And once more when one of them cannot be written, and when nothing of it is declared any more.
    rmSync(join(image.root, "etc/web/link"), { force: true });
    symlinkSync(EVIL, join(image.root, "etc/web/link"));
    for (const line of AGAIN) assertClean(await run(line), line);
    image.write("etc/parbake/parbake.yaml", HEAD);
    for (const line of AGAIN) assertClean(await run(line), line);
  });

  it("forge no line of the journal for a user who owns a folder: neither by a link nor by a file", async () => {
    make({ config: FILE });
    mkdirSync(join(image.root, "run/systemd"), { recursive: true });
    symlinkSync("/nowhere\n<0>kernel: forged", join(image.root, "etc/web/web.txt"));
    const linked = await run("apply --log-format journal");
    assertClean(linked, "link");
    assert.match(linked.stderr, /web\.txt is a symlink to \/nowhere\\n<0>kernel: forged\. /);
    rmSync(join(image.root, "etc/web/web.txt"));
    writeFileSync(join(image.root, "etc/web/web.txt"), "a\n<0>kernel: forged\n");
    const { stdout } = await run("plan --diff");
    assert.match(stdout, /^-<0>kernel: forged$/m);
  });

  it("are shown where they stand in the command line", async () => {
    make({ config: FILE });
    for (const words of ARGUMENTS) {
      const root = words.includes("--root") ? [] : ["--root", image.root];
      const outcome = await runProgram(emulator, [BINARY, ...words, ...root, "--deadline", "5s"]);
      assertClean(outcome, JSON.stringify(words));
      assert.notEqual(outcome.status, 0, JSON.stringify(words));
    }
  });

  it("keep their value in a document, whatever it is shown as", async () => {
    make({
      config: yaml(
        `${HEAD}files: [ { template: web.txt.hbs, path: /etc/web/web.txt, validate: [ /bin/echo, "EVIL" ] } ]\n`,
      ),
    });
    const { stdout } = await run("plan --json");
    const { plans } = JSON.parse(stdout) as {
      readonly plans: readonly { readonly steps: readonly { validate: string[] }[] }[];
    };
    assert.deepEqual(plans[0]!.steps[0]!.validate, ["/bin/echo", EVIL]);
  });
});
