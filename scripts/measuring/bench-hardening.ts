// Starts units that differ in one setting, in turns, and tells by how much more processor time and time on the clock each takes from
// the fork to the exit of its program: what its own processes take, the set-up of the sandbox with them, and what PID 1 takes.

import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { formatSandbox } from "../../agent/sandbox/drop-in.ts";
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

/** Each alone: those that the units have, and those that were left out. */
const SETTINGS: readonly Variant[] = [
  "User=daemon",
  "UMask=0077",
  "CapabilityBoundingSet=",
  "NoNewPrivileges=yes",
  "MemoryMax=75%",
  "LockPersonality=yes",
  "SystemCallArchitectures=native",
  "RestrictAddressFamilies=AF_UNIX",
  "RestrictNamespaces=yes",
  "RestrictRealtime=yes",
  "RestrictSUIDSGID=yes",
  "MemoryDenyWriteExecute=yes",
  "ProtectHostname=yes",
  "ProtectClock=yes",
  "DevicePolicy=closed",
  "IPAddressDeny=any",
  "PrivateNetwork=yes",
  "PrivateUsers=yes",
  "PrivateIPC=yes",
  "PrivateMounts=yes",
  "PrivateTmp=yes",
  "PrivateDevices=yes",
  "ProtectSystem=yes",
  "ProtectSystem=strict",
  "ProtectHome=read-only",
  "ProtectHome=yes",
  "ProtectControlGroups=yes",
  "ProtectKernelLogs=yes",
  "ProtectKernelModules=yes",
  "ProtectKernelTunables=yes",
  "ProtectProc=invisible",
  "ProcSubset=pid",
  "ReadOnlyPaths=/proc/sys /sys",
  "SystemCallFilter=@system-service",
].map((line) => ({ name: line, lines: [line] }));

/** Of one of systemd/'s files: all but what it runs, where that goes, and when. */
function settingsOf(file: string): string[] {
  const [, service = ""] = readFileSync(join(TOP, "systemd", file), "utf8").split("[Service]");
  const lines = service.split("\n[")[0]?.split("\n") ?? [];
  return lines.filter((line) => /^[A-Z]/.test(line) && !NO_SANDBOX.test(line));
}

const NO_SANDBOX =
  /^(?:Exec|Type|RemainAfter|Standard|Syslog|State|Environment|UnsetEnv|Timeout|Notify|Success|Restart)/;

const RUN = settingsOf("run.conf");
const SANDBOX = formatSandbox({
  writable: ["/etc/default", "/etc/nginx", "/run", "/var/cache", "/var/lib", "/var/log"],
  startsPrograms: true,
})
  .split("\n")
  .filter((line) => /^[A-Z]/.test(line));
const BOTH: Variant = { name: "run.conf and a sandbox.conf", lines: [...RUN, ...SANDBOX] };
const READY = settingsOf("parbake-ready@.service");

function without(name: string): string[] {
  return BOTH.lines.filter((line) => !line.startsWith(name));
}

/** The units, and what was chosen between. */
const WHOLES: readonly Variant[] = [
  BARE,
  { name: "parbake-ready@.service", lines: READY },
  {
    name: "  with a mount namespace",
    lines: [...READY, "ProtectSystem=strict", "ProtectHome=yes", "PrivateDevices=yes"],
  },
  { name: "parbake-held.service", lines: settingsOf("parbake-held.service") },
  { name: "run.conf", lines: RUN },
  BOTH,
  {
    name: "  allowing @system-service instead",
    lines: [...without("SystemCallFilter="), "SystemCallFilter=@system-service"],
  },
  { name: "  without ReadOnlyPaths=", lines: without("ReadOnlyPaths=") },
  { name: "  without ProtectControlGroups=", lines: without("ProtectControlGroups=") },
  { name: "  with ProtectKernelTunables=yes", lines: [...BOTH.lines, "ProtectKernelTunables=yes"] },
  { name: "  with ProtectHome=yes", lines: [...BOTH.lines, "ProtectHome=yes"] },
  {
    name: "  with IPAddressDeny=any and an address",
    lines: [...BOTH.lines, "IPAddressDeny=any", "IPAddressAllow=10.0.0.0/8"],
  },
];

const RUNS: readonly Variant[] = [
  BARE,
  BOTH,
  { name: "  with ProtectKernelTunables=yes", lines: [...BOTH.lines, "ProtectKernelTunables=yes"] },
];

interface Bench {
  readonly machine: Machine;
  readonly root: string;
  readonly runs: number;
}

async function main(): Promise<void> {
  const runs = Number(process.argv[2] ?? 30);
  const folder = mkdtempSync(join(tmpdir(), "parbake-hardening-"));
  const namespace = await createNamespace({ imds: false });
  let machine: Machine | null = null;
  try {
    const root = await bakeRoot(folder);
    const load = loadavg()[0]?.toFixed(1);
    machine = await bootMachine(root, namespace, async () => {}, FILTERS);
    const [version] = (await machine.run(["systemctl", "--version"])).split("\n");
    const day = new Date().toISOString().slice(0, 10);
    console.log(`${day}, ${version}, ${cpus().length} CPUs, load ${load} before; medians of ${runs} starts in turns`);
    console.log(`${"".padEnd(44)}${"processor".padStart(18)}${"of PID 1".padStart(11)}${"clock".padStart(20)}`);
    const bench = { machine, root, runs };
    await tell(bench, "/bin/true, each setting alone", "/bin/true", [BARE, ...SETTINGS]);
    await tell(bench, "/bin/true, with the settings of", "/bin/true", WHOLES);
    await tell(bench, "parbake apply, 2 files, with the settings of", "/usr/bin/parbake apply", RUNS);
  } finally {
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
  for (const [path, text] of Object.entries(FILES)) writeFileSync(join(root, "etc/parbake", path), text);
  return root;
}

const FILES: Readonly<Record<string, string>> = {
  environment: "AWS_EC2_METADATA_DISABLED=true\n",
  "parbake.yaml": `imds: optional
apps: { api: { profile: node } }
files:
  - { template: a.env.hbs, path: /etc/default/bench-a.env }
  - { template: b.json.hbs, path: /etc/nginx/bench-b.json }
`,
  "templates/a.env.hbs": "VCPUS={{facts.vcpus}}\n",
  "templates/b.json.hbs": '{"vcpus": {{facts.vcpus}} }\n',
};

async function tell(bench: Bench, title: string, argv: string, variants: readonly Variant[]): Promise<void> {
  console.log(title);
  const [bare, ...others] = await measure(bench, argv, variants);
  for (const [index, cost] of [bare!, ...others].entries()) {
    const name = (variants[index]?.name ?? "").padEnd(42);
    const [cpu, wall] = [show(cost.cpuMs, bare!.cpuMs), show(cost.wallMs, bare!.wallMs)];
    console.log(`  ${name}${cpu}${cost.pid1Ms.toFixed(1).padStart(8)} ms${wall}`);
  }
}

function show(ms: number, bareMs: number): string {
  return `${ms.toFixed(1).padStart(8)} ms ${(ms / bareMs).toFixed(1).padStart(5)} ×`.padStart(18);
}

async function measure({ machine, root, runs }: Bench, argv: string, variants: readonly Variant[]): Promise<Cost[]> {
  const units = variants.map((_, index) => `bench-${index}.service`);
  const files = variants.map(
    ({ lines }, index) => `cat >${UNITS}/${units[index]} <<'END'\n${unitOf(argv, lines)}END\n`,
  );
  writeFileSync(join(root, "bench.sh"), `set -e\n${files.join("")}systemctl daemon-reload\n${LOOP}`);
  const out = await machine.run(["sh", "/bench.sh", String(runs), ...units], { timeoutMs: 1_800_000 });
  const rows = out.split("\n").map((line) => line.split(" "));
  return units.map((unit) => {
    const own = rows.filter(([name]) => name === unit);
    const middle = (column: number, inOneMs: number): number => median(own.map((row) => Number(row[column]) / inOneMs));
    return { cpuMs: middle(1, 1e6), pid1Ms: middle(2, 1e6), wallMs: middle(3, 1e3) };
  });
}

/** What the sandbox of parbake's own units needs beside. */
const ABOUT = [
  "Type=oneshot",
  "RemainAfterExit=yes",
  "CPUAccounting=yes",
  "StandardError=null",
  "StateDirectory=parbake",
];

function unitOf(argv: string, lines: readonly string[]): string {
  const environment = "EnvironmentFile=/etc/parbake/environment";
  return ["[Service]", ...ABOUT, environment, `ExecStart=${argv}`, ...lines, ""].join("\n");
}

// unit, its processes' time, PID 1's time, microseconds from the fork to the exit
const LOOP = `runs=$1; shift
i=0
while [ $i -lt $runs ]; do
  i=$((i + 1))
  for unit; do
    read -r before rest </proc/1/schedstat
    systemctl start $unit || { journalctl --no-pager -n 20 -u $unit; exit 1; }
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
