// Run by perform-real-root.test.ts in a mount namespace of its own, where /run and /mnt are fresh tmpfs: applies plans to
// the root / itself, with the machine's real validators and a systemctl made of data. Prints what happened as JSON.

import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { applyPlan, type ApplyOptions } from "../../../agent/apply/perform.ts";
import { runCommand, type RunCommand } from "../../../agent/apply/run-command.ts";
import type { OnChange } from "../../../agent/config/config.ts";
import { Refusal } from "../../../agent/refusal.ts";
import { fileStep, optionsFor, planOf } from "./scratch.ts";

const NGINX: readonly OnChange[] = [{ action: "reload", unit: "nginx.service" }];
const systemctl: string[] = [];

function mount(...argv: string[]): void {
  execFileSync("mount", argv);
}

async function attempt(plan: Parameters<typeof applyPlan>[0], more: Partial<ApplyOptions> = {}): Promise<unknown> {
  try {
    const { result, files, units } = await applyPlan(plan, optionsFor("/", more));
    return { result, files: files.map(({ change, validation }) => `${change} ${validation}`), units };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { refused: error.code, problems: error.problems.map(({ what }) => what) };
  }
}

function listMnt(): Record<string, string> {
  const names = readdirSync("/mnt", { withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(names.map(({ name }) => [name, readFileSync(`/mnt/${name}`, "utf8").slice(0, 20)]));
}

const run: RunCommand = async (argv, timeoutMs) => {
  if (argv[0] !== "systemctl") return runCommand(argv, timeoutMs);
  systemctl.push(argv.join(" "));
  const failing = argv[1] === "reload" && systemctl.length < 3;
  return { kind: "exited", status: failing ? 1 : 0, output: argv[1] === "show" ? "ActiveState=active\n" : "" };
};

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
    const plan = planOf(fileStep("/mnt/a", "x", { onChange: NGINX }), fileStep("/mnt/b", "x", { onChange: NGINX }));
    const first = await attempt(plan, { run });
    const owed = JSON.parse(readFileSync("/run/parbake/owed.json", "utf8"));
    const second = await attempt(plan, { run });
    const third = await attempt(plan, { run });
    return { first, owed, second, third, systemctl, state: readdirSync("/run/parbake").toSorted() };
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

  async outOfInodes() {
    mount("-t", "tmpfs", "-o", "nr_inodes=4,mode=0755", "tmpfs", "/mnt");
    writeFileSync("/mnt/a", "old");
    writeFileSync("/mnt/b", "old");
    const refusal = await attempt(planOf(fileStep("/mnt/a", "new"), fileStep("/mnt/b", "new")));
    return { refusal, files: listMnt() };
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
mount("-t", "tmpfs", "-o", "mode=0755", "tmpfs", "/mnt");
console.log(JSON.stringify(await scenarios[process.argv[2]!]!()));
