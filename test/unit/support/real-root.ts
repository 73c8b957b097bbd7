// Run by apply-plan-real-root.test.ts in a mount namespace of its own, where /run, /mnt and /var/lib are fresh tmpfs: applies plans to
// the root / itself, with the machine's real validators and a systemctl made of data. Prints what happened as JSON.

import { execFileSync } from "node:child_process";
import {
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import type { ApplyOptions } from "../../../agent/apply/apply-options.ts";
import { applyPlan } from "../../../agent/apply/apply-plan.ts";
import type { OnChange } from "../../../agent/config/config.ts";
import { startDeadline } from "../../../agent/deadline.ts";
import { runCommand, type RunCommand } from "../../../agent/host/run-command.ts";
import { formatFinding, Refusal } from "../../../agent/refusal.ts";
import { readReport } from "../../../agent/report/report-file.ts";
import { StopRequest } from "../../../agent/stop.ts";
import { fetched, fileStep, optionsFor, planOf, secretStep } from "./scratch.ts";

const NGINX: readonly OnChange[] = [{ action: "reload", unit: "nginx.service" }];
const POSTGRESQL: readonly OnChange[] = [{ action: "restart", unit: "postgresql.service" }];
const ran: string[] = [];

function mount(...argv: string[]): void {
  execFileSync("mount", argv);
}

async function attempt(plan: Parameters<typeof applyPlan>[0], more: Partial<ApplyOptions> = {}): Promise<unknown> {
  try {
    const { result, files, units } = await applyPlan(plan, optionsFor("/", more));
    return { result, files: files.map(({ change, validation }) => `${change} ${validation}`), units };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { refused: error.code, problems: error.problems.map(formatFinding) };
  }
}

function listMnt(folder = "/mnt"): Record<string, string> {
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(names.map(({ name }) => [name, readFileSync(`${folder}/${name}`, "utf8").slice(0, 20)]));
}

function listStore(): string[] {
  return existsSync("/run/parbake/secrets") ? readdirSync("/run/parbake/secrets").toSorted() : [];
}

/** Of the next systemctl calls or health checks that contain the text, how many fail. */
const failing = new Map<string, number>();

const run: RunCommand = async (argv, timeoutMs) => {
  const line = argv.join(" ");
  const isHealthCheck = argv[0] === "/mnt/health";
  if (argv[0] !== "systemctl" && !isHealthCheck) return runCommand(argv, timeoutMs);
  ran.push(line.replace("systemctl show --property=LoadState,ActiveState --", "show"));
  const left = failing.get(line) ?? 0;
  failing.set(line, left - 1);
  return { kind: "exited", status: left > 0 ? 1 : 0, output: argv[1] === "show" ? "ActiveState=active\n" : "" };
};

function look(path: string): string {
  const { ino, mode, uid, gid, mtimeNs } = statSync(path, { bigint: true });
  return [ino, mode.toString(8), uid, gid, mtimeNs, readFileSync(path, "utf8")].join(" ");
}

function leftBehind(): string[] {
  return ["/run/parbake", "/var/lib/parbake"].flatMap((folder) =>
    existsSync(folder) ? readdirSync(folder).toSorted() : [],
  );
}

const scenarios: Readonly<Record<string, () => Promise<unknown>>> = {
  async validators() {
    writeFileSync("/mnt/a.json", "old");
    const validate = ["/bin/sh", "-n", "{}"];
    const good = await attempt(planOf(fileStep("/mnt/a.sh", "echo ok\n", { validate })));
    const bad = await attempt(
      planOf(fileStep("/mnt/a.json", "new"), fileStep("/mnt/a.sh", "if; then\n", { validate })),
    );
    return { good, bad, files: listMnt() };
  },

  async units() {
    mkdirSync("/run/systemd/system", { recursive: true });
    const plan = planOf(
      fileStep("/mnt/a", "x", { onChange: NGINX, healthCheck: ["/mnt/health", "a"] }),
      fileStep("/mnt/b", "x", { onChange: NGINX, healthCheck: ["/mnt/health", "a"] }),
      fileStep("/run/systemd/system/x.service.d/memory.conf", "x"),
    );
    mkdirSync("/run/systemd/system/x.service.d");
    const first = await attempt(plan, { run });
    const second = await attempt(plan, { run });
    return { first, second, ran, left: leftBehind() };
  },

  /** parameter: the call that fails, once. */
  async rollback() {
    mkdirSync("/run/systemd/system", { recursive: true });
    writeFileSync("/mnt/a", "old", { mode: 0o600 });
    writeFileSync("/mnt/attributes", "x", { mode: 0o640 });
    chownSync("/mnt/attributes", 11, 12);
    const before = ["/mnt/a", "/mnt/attributes"].map(look);
    failing.set(process.argv[3]!, Number(process.argv[4] ?? 1));
    const plan = planOf(
      fileStep("/mnt/a", "new", { onChange: POSTGRESQL, healthCheck: ["/mnt/health", "a"] }),
      fileStep("/mnt/b", "new", { onChange: NGINX }),
      fileStep("/mnt/attributes", "x"),
      fileStep("/run/systemd/system/y.service", "x"),
    );
    const first = await attempt(plan, { run });
    const same = JSON.stringify(before) === JSON.stringify(["/mnt/a", "/mnt/attributes"].map(look));
    const { rolledBack, changed, problems } = readReport("/")!;
    const after = {
      same,
      fix: problems[0]!.fix,
      files: listMnt(),
      left: leftBehind(),
      ran: ran.splice(0),
      units: readReport("/")!.units,
    };
    const second = await attempt(plan, { run });
    return { first, ...after, rolledBack, changed, second };
  },

  /** A plan that makes a folder, replaces a file and removes another: with a unit that does not like it, and then with one that does. */
  async managed() {
    mkdirSync("/run/systemd/system", { recursive: true });
    const stays = fileStep("/mnt/stays", "1", { onChange: POSTGRESQL });
    await attempt(planOf(stays, fileStep("/mnt/gone", "x", { onChange: NGINX })), { run });
    const record = () => readFileSync("/var/lib/parbake/managed.json", "utf8");
    const [before, recordBefore] = [look("/mnt/gone"), record()];
    const plan = planOf(
      { kind: "folder", path: "/mnt/folder", owner: "0", group: "0", mode: 0o750 },
      { ...stays, content: ["2"] },
      fileStep("/mnt/folder/a", "x"),
    );
    ran.splice(0);
    failing.set("systemctl reload -- nginx.service", 1);
    const first = await attempt(plan, { run });
    const same = before === look("/mnt/gone") && recordBefore === record() && !existsSync("/mnt/folder");
    const second = await attempt(plan, { run });
    return { first, same, second, ran: ran.filter((line) => !line.startsWith("show")), files: listMnt() };
  },

  async noSystemd() {
    return attempt(planOf(fileStep("/mnt/a", "x", { onChange: NGINX })));
  },

  async full() {
    mount("-t", "tmpfs", "-o", "size=64k,mode=0755", "tmpfs", "/mnt");
    writeFileSync("/mnt/a", "old");
    const refusal = await attempt(planOf(fileStep("/mnt/a", "new"), fileStep("/mnt/big", "x".repeat(100_000))));
    return { refusal, files: listMnt() };
  },

  /** Neither a file on the disk nor a journal there is possible; those in memory are written all the same. */
  async fullState() {
    mkdirSync("/run/memory");
    mount("-t", "tmpfs", "-o", "size=4k,mode=0755", "tmpfs", "/var/lib");
    writeFileSync("/var/lib/filling", "x".repeat(4096));
    writeFileSync("/mnt/a", "old");
    const disk = await attempt(planOf(fileStep("/mnt/a", "new")));
    const files = listMnt();
    writeFileSync("/run/memory/a", "old");
    const memory = await attempt(planOf(fileStep("/run/memory/a", "new")));
    return { disk, files, memory, inMemory: readdirSync("/run/memory"), left: leftBehind() };
  },

  async outOfInodes() {
    mount("-t", "tmpfs", "-o", "nr_inodes=4,mode=0755", "tmpfs", "/mnt");
    writeFileSync("/mnt/a", "old");
    writeFileSync("/mnt/b", "old");
    const refusal = await attempt(planOf(fileStep("/mnt/a", "new"), fileStep("/mnt/b", "new")));
    return { refusal, files: listMnt() };
  },

  /** The disk is full only when the swap begins: the second name of the old file has no room. */
  async outOfInodesAtSwap() {
    mount("-t", "tmpfs", "-o", "nr_inodes=3,mode=0755", "tmpfs", "/mnt");
    writeFileSync("/mnt/a", "old");
    const before = look("/mnt/a");
    const refusal = await attempt(planOf(fileStep("/mnt/a", "new")));
    return { refusal, same: look("/mnt/a") === before, files: readdirSync("/mnt"), left: leftBehind() };
  },

  /** ext4 in a file, for tmpfs of older kernels has no such attribute. */
  async immutable() {
    execFileSync("truncate", ["-s", "8M", "/run/disk"]);
    execFileSync("mkfs.ext4", ["-q", "-O", "^has_journal", "/run/disk"]);
    mount("-o", "loop", "/run/disk", "/mnt");
    for (const name of ["a", "b", "mode"]) writeFileSync(`/mnt/${name}`, "old", { mode: 0o600 });
    const before = ["a", "b", "mode"].map((name) => look(`/mnt/${name}`));
    const attempts = [];
    for (const name of ["b", "mode"]) {
      execFileSync("chattr", ["+i", `/mnt/${name}`]);
      attempts.push(
        await attempt(planOf(fileStep("/mnt/a", "new"), fileStep(`/mnt/${name}`, name === "b" ? "new" : "old"))),
      );
      execFileSync("chattr", ["-i", `/mnt/${name}`]);
    }
    const same = JSON.stringify(before) === JSON.stringify(["a", "b", "mode"].map((name) => look(`/mnt/${name}`)));
    return { attempts, same, files: readdirSync("/mnt").toSorted(), left: leftBehind() };
  },

  /** As `immutable`, and its folder: once it may not change at all, once it may only get more files. */
  async frozenFolder() {
    const attribute = process.argv[3]!;
    execFileSync("truncate", ["-s", "8M", "/run/disk"]);
    execFileSync("mkfs.ext4", ["-q", "-O", "^has_journal", "/run/disk"]);
    mount("-o", "loop", "/run/disk", "/mnt");
    mkdirSync("/mnt/etc");
    writeFileSync("/mnt/etc/old", "old");
    const at = { file: "parbake.yaml", line: 4, column: 5 };
    const steps = ["/mnt/etc/old", "/mnt/etc/new"].map((path) => fileStep(path, "new", { at }));
    const attempts = [];
    execFileSync("chattr", [`+${attribute}`, "/mnt/etc"]);
    for (const step of steps) attempts.push(await attempt(planOf(step)));
    const before = listMnt("/mnt/etc");
    execFileSync("chattr", [`-${attribute}`, "/mnt/etc"]);
    const after = await attempt(planOf(...steps));
    return { attempts, before: before["old"], after, files: readdirSync("/mnt/etc").toSorted() };
  },

  /** Where each file that is written to moves to another file system: the two names of one file have two inode numbers then. */
  async overlay() {
    const before = planOf(
      fileStep("/mnt/a", "old"),
      fileStep("/mnt/mode", "x", { mode: 0o600 }),
      fileStep("/mnt/gone", "x"),
    );
    await attempt(before);
    mkdirSync("/run/upper/work", { recursive: true });
    mkdirSync("/run/upper/files");
    mount("-t", "overlay", "-o", "lowerdir=/mnt,upperdir=/run/upper/files,workdir=/run/upper/work", "overlay", "/mnt");
    const bad = fileStep("/mnt/z", "if; then\n", { validate: ["/bin/sh", "-n", "{}"] });
    const after = planOf(fileStep("/mnt/a", "new"), fileStep("/mnt/mode", "x"), fileStep("/mnt/new", "x"));
    const refusal = await attempt({ ...after, steps: [...after.steps, bad] });
    const done = await attempt(after);
    return {
      refusal,
      done,
      mode: (statSync("/mnt/mode").mode & 0o7777).toString(8),
      files: listMnt(),
      left: leftBehind(),
    };
  },

  /** A run in two waves, of which one has a file that its validator refuses. Parameter: in which. */
  async waves() {
    const refused = { validate: ["/bin/sh", "-n", "{}"] };
    const isFirst = process.argv[3] === "hardware";
    const steps = [
      { kind: "folder", path: "/mnt/made", owner: "root", group: "root", mode: 0o755 } as const,
      fileStep("/mnt/fine", "4", { onChange: [{ action: "reload", unit: "fine.service" }] }),
      fileStep("/mnt/made/hardware", isFirst ? "if" : "true", {
        ...(isFirst && refused),
        onChange: [{ action: "reload", unit: "hardware.service" }],
      }),
      fileStep("/mnt/made/instance", isFirst ? "true" : "if", {
        ...(!isFirst && refused),
        ofInstance: true,
        onChange: [{ action: "reload", unit: "instance.service" }],
      }),
    ];
    const plan = planOf(...steps);
    const end = await attempt(plan, { whole: Promise.resolve(plan) });
    const { waves, changed, held } = readReport("/")!;
    return {
      end,
      changed,
      waves: waves.map(({ name, result, units }) => [name, result, ...units].join(" ")),
      held: held.map(({ what, units }) => [what, ...units].join(" ")),
      files: { ...listMnt(), ...listMnt("/mnt/made") },
      marks: readdirSync("/run/parbake/ready").toSorted(),
      left: leftBehind(),
    };
  },

  async hardLinked() {
    writeFileSync("/mnt/a", "old");
    linkSync("/mnt/a", "/mnt/other");
    const done = await attempt(planOf(fileStep("/mnt/a", "new")));
    return { done, files: listMnt() };
  },

  /** Of a run that another boot saw: nothing is owed to the units, and nothing is asked of them. */
  async otherBoot() {
    mkdirSync("/run/systemd/system", { recursive: true });
    const plan = planOf(fileStep("/mnt/a", "new", { onChange: NGINX, healthCheck: ["/mnt/health", "a"] }));
    const kill: RunCommand = () => Promise.reject(new Error("the power is cut"));
    await applyPlan(plan, optionsFor("/", { run: kill })).catch(() => undefined);
    const path = "/var/lib/parbake/journal.json";
    const journal = JSON.parse(readFileSync(path, "utf8"));
    const cut = journal.phase;
    writeFileSync(
      path,
      JSON.stringify({ ...journal, bootId: process.argv[3] === "same" ? journal.bootId : "another" }),
    );
    const next = await attempt(plan, { run });
    return { cut, next, recovered: readReport("/")!.recovered, ran, left: leftBehind() };
  },

  /** A run that ends while a unit is told that the old files are back. Parameter: by a bug, or because the time is over. */
  async rollbackCut() {
    mkdirSync("/run/systemd/system", { recursive: true });
    writeFileSync("/mnt/a", "old");
    const overrun = Promise.withResolvers<never>();
    overrun.promise.catch(() => undefined);
    let reloads = 0;
    const cutting: RunCommand = async (argv, timeoutMs) => {
      if (argv[1] !== "reload" || ++reloads === 1) return run(argv, timeoutMs);
      if (process.argv[3] === "bug") throw new TypeError("a bug");
      overrun.reject(new Refusal("unavailable", { what: "the time is over", fix: "Give it more." }));
      return new Promise(() => {});
    };
    failing.set("/mnt/health a", 1);
    const plan = planOf(fileStep("/mnt/a", "new", { onChange: NGINX, healthCheck: ["/mnt/health", "a"] }));
    const options = optionsFor("/", { run: cutting, overrun: overrun.promise });
    const end = await applyPlan(plan, options).catch((error: unknown) => (error as Error).name);
    const { result, changed, rolledBack, units, healthChecks } = readReport("/")!;
    return { end, result, changed, rolledBack, units, healthChecks, files: listMnt(), left: leftBehind() };
  },

  /** What follows a run that was killed while it told the units. Parameter: whether the old file cannot be dropped or a signal comes. */
  async recovery() {
    mkdirSync("/run/systemd/system", { recursive: true });
    mkdirSync("/mnt/app");
    const plan = (text: string) => planOf(fileStep("/mnt/app/a", text, { onChange: NGINX }));
    await attempt(plan("old"), { run });
    const kill: RunCommand = () => Promise.reject(new Error("the power is cut"));
    await applyPlan(plan("new"), optionsFor("/", { run: kill })).catch(() => undefined);
    ran.splice(0);
    const stop = new AbortController();
    const stopping: RunCommand = async (argv, timeoutMs) => {
      const isFirst = argv[1] === "reload" && !stop.signal.aborted;
      if (!isFirst) return run(argv, timeoutMs);
      stop.abort(new StopRequest("SIGTERM"));
      return { kind: "exited", status: 1, output: "" };
    };
    const isStopped = process.argv[3] === "stopped";
    if (!isStopped) chownSync("/mnt/app", 11, 11);
    const next = await attempt(plan("new"), {
      run: isStopped ? stopping : run,
      deadline: startDeadline(20_000, stop.signal),
    });
    const { result, recovered, units } = readReport("/")!;
    return { next, result, recovered, units, ran, files: listMnt("/mnt/app"), left: leftBehind() };
  },

  async unreadableJournal() {
    mkdirSync("/var/lib/parbake", { mode: 0o755 });
    writeFileSync(
      "/var/lib/parbake/journal.json",
      '{ "schema": 1, "phase": "swap", "changes": [ { "path": "/etc/../etc/passwd" } ] }',
    );
    return { done: await attempt(planOf(fileStep("/mnt/a", "new"))), left: leftBehind() };
  },

  /** What parbake mounts by itself where nothing is mounted yet. Parameter: a word in the `mount` that this kernel is to refuse. */
  async storage() {
    const refused = process.argv[3] ?? "(none)";
    const mounting: RunCommand = async (argv, timeoutMs) => {
      if (argv[0] === "mount") ran.push(argv.join(" "));
      return argv.join(" ").includes(refused)
        ? { kind: "exited", status: 32, output: "mount: bad option" }
        : runCommand(argv, timeoutMs);
    };
    const value = (size: number) => async () => fetched({ k: "x".repeat(size) });
    const plan = {
      ...planOf(secretStep("db", { k: "/run/parbake/secrets/k" })),
      secretsGuarantee: "unswappable",
    } as const;
    const first = await attempt(plan, { run: mounting, fetchSecret: value(10) });
    const storage = readReport("/")!.storage;
    const mounted = readFileSync("/proc/self/mountinfo", "utf8").match(/ \/run\/parbake\/secrets (.*)/)?.[1] ?? null;
    const second = await attempt(plan, { run: mounting, fetchSecret: value(10) });
    const full = await attempt(plan, { run: mounting, fetchSecret: value(2 * 1024 * 1024) });
    return { first, storage, mounted, second, full, ran, files: listStore(), warnings: readReport("/")!.warnings };
  },

  /** A unit that does not take the new secret: the old generation is to come back. */
  async rotation() {
    mkdirSync("/run/systemd/system", { recursive: true });
    mkdirSync("/run/parbake/secrets", { recursive: true });
    const restart = [{ action: "restart", unit: "db.service" }] as const;
    const step = secretStep("db", { k: "/run/parbake/secrets/db/k" });
    const plan = planOf({ ...step, keys: step.keys.map((key) => ({ ...key, onChange: restart })) });
    const value = (text: string) => async () => ({ ...fetched({ k: text }), versionId: text });
    await attempt(plan, { run, fetchSecret: value("old") });
    const store = () => [...listStore(), readFileSync("/run/parbake/secrets/db/k", "utf8")];
    const [before, inode] = [store(), statSync("/run/parbake/secrets/db/k").ino];
    failing.set("systemctl try-restart -- db.service", 1);
    ran.splice(0);
    const first = await attempt(plan, { run, fetchSecret: value("new") });
    const same =
      JSON.stringify(before) === JSON.stringify(store()) && inode === statSync("/run/parbake/secrets/db/k").ino;
    const second = await attempt(plan, { run, fetchSecret: value("new") });
    return { first, same, ran, second, after: store(), left: leftBehind() };
  },

  async storageFull() {
    mkdirSync("/run/parbake/secrets", { recursive: true });
    mount("-t", "tmpfs", "-o", "size=64k,mode=0711,nosuid,nodev,noexec", "tmpfs", "/run/parbake/secrets");
    const plan = planOf(
      secretStep("a", { k: "/run/parbake/secrets/a" }),
      secretStep("b", { k: "/run/parbake/secrets/b" }),
    );
    const value = (size: number) => async () => ({ ...fetched({ k: "x".repeat(size) }), versionId: String(size) });
    await attempt(plan, { run, fetchSecret: value(10) });
    const full = await attempt(plan, { run, fetchSecret: value(60_000) });
    return { full, files: listStore(), text: readFileSync("/run/parbake/secrets/b", "utf8"), left: leftBehind() };
  },

  async storageWithFiles() {
    mkdirSync("/run/parbake/secrets", { recursive: true });
    writeFileSync("/run/parbake/secrets/mine", "x");
    const plan = {
      ...planOf(secretStep("db", { k: "/run/parbake/secrets/k" })),
      secretsGuarantee: "unswappable",
    } as const;
    return { refusal: await attempt(plan, { run }), ran, files: listStore() };
  },

  async readOnly() {
    writeFileSync("/mnt/a", "old");
    mount("-o", "remount,ro", "/mnt");
    return attempt(planOf(fileStep("/mnt/a", "new")));
  },

  async bindMounted() {
    for (const name of ["a", "b", "source"]) writeFileSync(`/mnt/${name}`, "old");
    mount("--bind", "/mnt/source", "/mnt/b");
    const refusal = await attempt(planOf(fileStep("/mnt/a", "new"), fileStep("/mnt/b", "new")));
    return { refusal, files: listMnt() };
  },
};

mount("-t", "tmpfs", "-o", "mode=0755", "tmpfs", "/run");
mount("-t", "tmpfs", "-o", "mode=0755", "tmpfs", "/var/lib");
mount("-t", "tmpfs", "-o", "mode=0755", "tmpfs", "/mnt");
console.log(JSON.stringify(await scenarios[process.argv[2]!]!()));
