// Starts units that differ in one setting, in turns, and tells by how much more processor time and time on the clock each takes from
// the fork to the exit of its program: what its own processes take, the set-up of the sandbox with them, and what PID 1 takes.

import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { installParbake } from "../../test/e2e/support/image.ts";
import { bootMachine, type Machine } from "../../test/e2e/support/machine.ts";
import { createNamespace } from "../../test/e2e/support/namespace.ts";
import { buildRootfs, restoreRootfs } from "../../test/e2e/support/rootfs.ts";
import { median } from "./bench-measure.ts";

const TOP = new URL("../../", import.meta.url).pathname;
const UNITS = "/run/systemd/system";

// systemd filters addresses and devices by programs of BPF, which a container may not load unless told.
const FILTERS = ["--capability=all", "--system-call-filter=bpf"];

interface Variant {
  readonly name: string;
  readonly lines: readonly string[];
}

interface Cost {
  readonly cpuMs: number;
  readonly pid1Ms: number;
  readonly wallMs: number;
}

const BARE: Variant = { name: "no setting at all", lines: [] };

/** Each alone. */
const SETTINGS = [
  "User=daemon",
  "UMask=0077",
  "LimitCORE=1",
  "CapabilityBoundingSet=",
  "NoNewPrivileges=yes",
  "MemorySwapMax=0",
  "MemoryMax=75%",
  "KeyringMode=private",
  "LockPersonality=yes",
  "SystemCallArchitectures=native",
  "RestrictAddressFamilies=AF_UNIX",
  "RestrictNamespaces=yes",
  "RestrictRealtime=yes",
  "RestrictSUIDSGID=yes",
  "MemoryDenyWriteExecute=yes",
  "ProtectHostname=yes",
  "SystemCallFilter=@system-service",
  "SystemCallFilter=@basic-io @file-system @process @signal",
  "PrivateMounts=yes",
  "PrivateTmp=yes",
  "PrivateDevices=yes",
  "PrivateNetwork=yes",
  "PrivateUsers=yes",
  "PrivateIPC=yes",
  "ProtectSystem=yes",
  "ProtectSystem=strict",
  "ProtectHome=yes",
  "ProtectHome=read-only",
  "ProtectHome=tmpfs",
  "ProtectClock=yes",
  "ProtectControlGroups=yes",
  "ProtectKernelLogs=yes",
  "ProtectKernelModules=yes",
  "ProtectKernelTunables=yes",
  "ProtectProc=invisible",
  "ProcSubset=pid",
  "IPAddressDeny=any",
  "DevicePolicy=closed",
];

/** What was written below [Service], but what it runs and where that goes. */
function settingsOf(...files: readonly string[]): string[] {
  const texts = files.map((name) => readFileSync(join(TOP, "systemd", name), "utf8"));
  const lines = texts.flatMap((text) => (text.split("[Service]")[1] ?? "").split("\n[")[0]?.split("\n") ?? []);
  return lines.filter(
    (line) =>
      /^[A-Z]/.test(line) && !/^(?:Exec|Type|RemainAfterExit|Standard|Syslog|State|Environment|Timeout)/.test(line),
  );
}

export function listVariants(): Variant[] {
  if (process.env.VARIANTS)
    return [
      BARE,
      ...readFileSync(process.env.VARIANTS, "utf8")
        .trim()
        .split("\n")
        .map((l) => ({ name: l, lines: l.split(";") })),
    ];
  return [BARE, ...SETTINGS.map((line) => ({ name: line, lines: [line] }))];
}

const WHOLES: readonly Variant[] = [
  BARE,
  { name: "all of parbake-ready@.service", lines: settingsOf("parbake-ready@.service") },
  { name: "all of parbake-held.service", lines: settingsOf("parbake-held.service") },
  { name: "all of run.conf", lines: settingsOf("run.conf") },
];

async function main(): Promise<void> {
  const runs = Number(process.argv[2] ?? 30);
  const folder = mkdtempSync(join(tmpdir(), "parbake-hardening-"));
  const namespace = await createNamespace({ imds: false });
  let machine: Machine | null = null;
  try {
    const root = await bakeRoot(folder);
    machine = await bootMachine(root, namespace, async () => {}, FILTERS);
    const version = (await machine.run(["systemctl", "--version"])).split("\n")[0];
    console.log(
      `${new Date().toISOString().slice(0, 10)}, ${version}, ${cpus().length} CPUs, load ${loadavg()[0]?.toFixed(1)} before; medians of ${runs} starts in turns`,
    );
    console.log("                                                     processor         clock");
    await tell("/bin/true, each setting alone", "/bin/true", listVariants(), runs, root, machine);
    await tell("/bin/true, the units as they are", "/bin/true", WHOLES, runs, root, machine);
    await tell(
      "parbake apply, 2 files",
      "/usr/bin/parbake apply",
      WHOLES.filter(({ name }) => !/ready|held/.test(name)),
      runs,
      root,
      machine,
    );
  } finally {
    if (process.argv[3]) console.log(await machine?.run(["journalctl", "-b", "--no-pager", "-u", "bench*"]));
    await machine?.powerOff();
    await namespace.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function bakeRoot(folder: string): Promise<string> {
  const rootfs = await buildRootfs(["nginx-light", "postgresql-15"]);
  if (rootfs.kind === "unavailable") throw new Error(rootfs.reason);
  const root = join(folder, "root");
  mkdirSync(root);
  await restoreRootfs(rootfs.path, root);
  await installParbake(root, []);
  const config = join(root, "etc/parbake");
  writeFileSync(join(config, "environment"), "AWS_EC2_METADATA_DISABLED=true\n");
  writeFileSync(join(config, "parbake.yaml"), CONFIG);
  for (const name of ["a.env", "b.json"])
    writeFileSync(join(config, "templates", `${name}.hbs`), TEMPLATES[name] ?? "");
  return root;
}

const CONFIG = `imds: optional
apps: { api: { profile: node } }
files:
  - { template: a.env.hbs, path: /etc/default/bench-a.env }
  - { template: b.json.hbs, path: /etc/bench-b.json }
`;
const TEMPLATES: Readonly<Record<string, string>> = {
  "a.env": "VCPUS={{facts.vcpus}}\n",
  "b.json": '{"vcpus": {{facts.vcpus}} }\n',
};

async function tell(
  title: string,
  argv: string,
  variants: readonly Variant[],
  runs: number,
  root: string,
  machine: Machine,
): Promise<void> {
  console.log(title);
  const costs = await measure(argv, variants, runs, root, machine);
  const bare = costs[0]!;
  for (const [index, { name }] of variants.entries()) {
    const { cpuMs, pid1Ms, wallMs } = costs[index]!;
    console.log(
      `  ${name.slice(0, 48).padEnd(48)}  ${show(cpuMs, bare.cpuMs)}  ${pid1Ms.toFixed(1)}  ${show(wallMs, bare.wallMs)}`,
    );
  }
}

function show(ms: number, bareMs: number): string {
  return `${ms.toFixed(2).padStart(7)} ms ${(ms / bareMs).toFixed(2).padStart(5)} ×`;
}

async function measure(
  argv: string,
  variants: readonly Variant[],
  runs: number,
  root: string,
  machine: Machine,
): Promise<Cost[]> {
  const units = variants.map((_, index) => `bench-${index}.service`);
  const script = variants
    .map(({ lines }, index) => `cat >${UNITS}/${units[index]} <<'END'\n${unitOf(argv, lines)}END\n`)
    .join("");
  writeFileSync(join(root, "bench.sh"), `set -e\n${script}systemctl daemon-reload\n${LOOP}`);
  const out = await machine.run(["sh", "/bench.sh", String(runs), ...units], { timeoutMs: 1_800_000 });
  const rows = out.split("\n").map((line) => line.split(" "));
  return units.map((unit) => {
    const own = rows.filter(([name]) => name === unit);
    return {
      cpuMs: median(own.map(([, cpu]) => Number(cpu) / 1e6)),
      pid1Ms: median(own.map(([, , pid1]) => Number(pid1) / 1e6)),
      wallMs: median(own.map(([, , , wall]) => Number(wall) / 1e3)),
    };
  });
}

function unitOf(argv: string, lines: readonly string[]): string {
  return [
    "[Service]",
    "Type=oneshot",
    "RemainAfterExit=yes",
    "CPUAccounting=yes",
    "EnvironmentFile=/etc/parbake/environment",
    "StandardError=null",
    "StateDirectory=parbake",
    `ExecStart=${argv}`,
    ...lines,
    "",
  ].join("\n");
}

// unit, its processes' time, PID 1's time, microseconds from the fork to the exit
const LOOP = `runs=$1; shift
i=0
while [ $i -lt $runs ]; do
  i=$((i + 1))
  for unit; do
    read -r before rest </proc/1/schedstat
    systemctl start $unit
    read -r after rest </proc/1/schedstat
    cpu=$(systemctl show --value -p CPUUsageNSec $unit)
    start=$(systemctl show --value -p ExecMainStartTimestampMonotonic $unit)
    end=$(systemctl show --value -p ExecMainExitTimestampMonotonic $unit)
    systemctl stop $unit
    echo "$unit $cpu $((after - before)) $((end - start))"
  done
done
`;

// Processor time is counted by cgroup v2 alone.
process.env["SYSTEMD_NSPAWN_UNIFIED_HIERARCHY"] = "1";
await main();
