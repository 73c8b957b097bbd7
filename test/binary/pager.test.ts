// Commands on a real terminal, with the pagers that people have.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describeWhere } from "../e2e/support/requirements.ts";
import { makeFolder } from "../support/folders.ts";
import { BINARY } from "./support/scratch-image.ts";

const TERMINAL = join(import.meta.dirname, "support/terminal.py");
const CTRL_C = "\u0003";

interface Shown {
  readonly status: number;
  readonly output: string;
  /** Whether the terminal is as it was. */
  readonly isSane: boolean;
  readonly keysLeft: number;
}

interface Sitting {
  readonly keys?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly rows?: number;
  readonly columns?: number;
}

async function sit(
  words: readonly string[],
  { keys = [], environment = {}, rows = 12, columns = 80 }: Sitting = {},
): Promise<Shown> {
  const line = [TERMINAL, String(rows), String(columns), JSON.stringify(keys), BINARY, ...words];
  const env = { PATH: process.env["PATH"], TERM: "xterm", ...environment };
  const { stdout } = await promisify(execFile)("python3", line, { env, encoding: "utf8" });
  return JSON.parse(stdout) as Shown;
}

const REDIS = ["tune", "redis", "--instance-type", "m7g.large"];
const LONG = ["profiles"];
/** The last line of it. */
const END = "parbake tune PROFILE --help";

describeWhere({ programs: ["python3", "less", "more"] }, "a pager, in the compiled binary", function () {
  this.timeout(60_000);

  it("shows what is longer than the screen, and ends when it is left, with the command's own status", async () => {
    const shown = await sit(LONG, { keys: ["G", "q"] });
    assert.deepEqual([shown.status, shown.keysLeft, shown.isSane], [0, 0, true], shown.output);
    assert.ok(shown.output.includes(END), shown.output);
  });

  it("shows the first screen first, and leaving there is no error", async () => {
    const { status, output, keysLeft, isSane } = await sit(LONG, { keys: ["q"] });
    assert.deepEqual([status, keysLeft, isSane], [0, 0, true], output);
    assert.ok(output.includes("cassandra") && !output.includes(END), output);
  });

  it("asks for no key where all is on one screen, and leaves it there", async () => {
    const { status, output, isSane } = await sit(REDIS, { rows: 50 });
    assert.deepEqual([status, isSane], [0, true], output);
    assert.match(output, /maxmemory/);
    assert.ok(!output.includes("\u001b[?1049"), output);
  });

  it("shows colours as colours, and bars as bars, whatever the locale is", async () => {
    const { output } = await sit(REDIS, { rows: 50, environment: { LC_ALL: "C" } });
    assert.ok(output.includes("\u001b[1mmaxmemory"), output);
    assert.doesNotMatch(output, /ESC|<E2>/);
  });

  it("stays at Ctrl-C, as less does, twice, and leaves the terminal as it was", async () => {
    const shown = await sit(LONG, { keys: [CTRL_C, CTRL_C, "q"] });
    assert.deepEqual([shown.status, shown.keysLeft, shown.isSane], [0, 0, true], shown.output);
  });

  it("leaves a sane terminal behind a pager that Ctrl-C ends", async () => {
    const shown = await sit(LONG, { keys: [CTRL_C], environment: { PAGER: "cat; sleep 60" } });
    assert.deepEqual([shown.status, shown.keysLeft, shown.isSane], [0, 0, true], shown.output);
    assert.ok(shown.output.includes(END), shown.output);
  });

  it("may be more", async () => {
    const shown = await sit(LONG, { keys: [" ", "q"], environment: { PAGER: "more" } });
    assert.deepEqual([shown.status, shown.isSane], [0, true], shown.output);
    assert.ok(shown.output.includes("memcached"), shown.output);
  });

  it("keeps the command's own status, and what is told on stderr stands below", async () => {
    const shown = await sit(["tune", "--instance-type", "m7g.large", "--config", "/nonexistent.yaml"], { keys: ["q"] });
    assert.equal(shown.status, 78, shown.output);
    const unknown = await sit(["help", "nosuch"]);
    assert.equal(unknown.status, 64, unknown.output);
  });

  it("is what PARBAKE_PAGER says, else PAGER, with arguments", async () => {
    const mark = (word: string) => `sed s/^/${word}:/`;
    for (const [environment, word] of [
      [{ PARBAKE_PAGER: mark("own"), PAGER: mark("usual") }, "own"],
      [{ PAGER: mark("usual") }, "usual"],
    ] as const) {
      const { output } = await sit(LONG, { environment });
      assert.match(output, new RegExp(`^${word}:.*cassandra`, "m"));
    }
  });

  for (const [title, words, environment] of [
    ["where --no-pager says so", ["--no-pager"], {}],
    ["where PARBAKE_PAGER is empty", [], { PARBAKE_PAGER: "" }],
    ["where PAGER is cat", [], { PAGER: "cat" }],
    ["on a terminal that can do nothing", [], { TERM: "dumb" }],
    ["for a program, which reads JSON", ["--json"], {}],
    ["where there is none", [], { PAGER: "/nonexistent/pager" }],
  ] as const)
    it(`is not there ${title}: all is shown at once`, async () => {
      const { status, output } = await sit([...LONG, ...words], { environment });
      assert.equal(status, 0, output);
      assert.ok(output.includes("valkey"), output);
    });

  it("gets lines as wide as the terminal is, or as COLUMNS says", async () => {
    const widest = async (sitting: Sitting) => {
      const { output } = await sit([...LONG, "--no-pager"], {
        ...sitting,
        environment: { NO_COLOR: "1", ...sitting.environment },
      });
      return Math.max(...output.split("\n").map(({ length }) => length));
    };
    const narrow = await widest({ columns: 60 });
    assert.ok(narrow > 50 && narrow <= 60, String(narrow));
    const wide = await widest({ columns: 120 });
    assert.ok(wide > 90 && wide <= 120, String(wide));
    const told = await widest({ columns: 120, environment: { COLUMNS: "70" } });
    assert.ok(told > 60 && told <= 70, String(told));
  });

  it("is not there for check, whose lines come as it works", async () => {
    const { output } = await sit(["check", "--config", "/nonexistent.yaml"], {
      environment: { PAGER: "sed s/^/paged:/" },
    });
    assert.doesNotMatch(output, /paged:/);
  });

  it("gets no variable of the caller's but LESS and TERM, and is kept from shells where it is root's", async () => {
    const folder = makeFolder("/tmp", "pager", "test");
    mkdirSync(join(folder, "bin"));
    const pager = join(folder, "bin/pager");
    writeFileSync(pager, "#!/bin/sh\ncat >/dev/null; env | sort\n");
    chmodSync(pager, 0o755);
    const { output } = await sit(LONG, {
      environment: { PAGER: pager, LESS: "-S", SECRET: "hunter2", LESSOPEN: "|id" },
    });
    const names = output.split("\n").flatMap((line) => /^(\w+)=/.exec(line)?.[1] ?? []);
    const root = process.getuid?.() === 0 ? ["LESSSECURE"] : [];
    assert.deepEqual(
      names.filter((name) => !["PWD", "SHLVL", "_", "OLDPWD"].includes(name)),
      ["LC_ALL", "LESS", "LESSCHARSET", ...root, "PATH", "TERM"],
    );
    assert.match(output, /^LESS=-S$/m);
  });
});
