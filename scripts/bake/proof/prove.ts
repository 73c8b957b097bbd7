// The mission's example, for real: Packer's qemu builder makes an image out of a plain Debian by scripts/bake, and the image boots
// with 512 MiB, 2 GiB and 6 GiB of memory; the programs themselves say what they were tuned to. Then a reboot, and power cuts.
// As root on a Debian with the programs below; emulates the CPU, so it takes its time. Usage: prove.ts [FOLDER-TO-KEEP]

import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startEmulator, type Emulator } from "../../emulator/emulator.ts";
import type { Fault } from "../../emulator/faults.ts";
import { makeBaseDisk, type BaseDisk } from "./base-disk.ts";
import { startGuest, type Guest } from "./guest.ts";
import { expectTuned, inspect, type Inspection } from "./inspection.ts";
import { run } from "./program.ts";

const BAKE = join(import.meta.dirname, "..");
const BINARY = join(BAKE, "../../dist/parbake");
const PROGRAMS = [
  "mmdebstrap",
  "dpkg-scanpackages",
  "mke2fs",
  "qemu-system-x86_64",
  "qemu-img",
  "packer",
  "ssh",
  "ssh-keygen",
];
const PASSWORD = "correct horse battery staple";

/** Memory as it is bought, and a type that has some such. */
const SIZES = [
  { memoryMiB: 512, instanceType: "t3.nano" },
  { memoryMiB: 2048, instanceType: "t3.small" },
  { memoryMiB: 6144, instanceType: "t3.large" },
] as const;

interface Site {
  readonly folder: string;
  readonly base: BaseDisk;
  readonly privateKey: string;
  readonly publicKey: string;
  readonly emulator: Emulator;
  readonly image: string;
}

const startMs = performance.now();

function say(text: string): void {
  const seconds = ((performance.now() - startMs) / 1000).toFixed(0).padStart(5);
  for (const line of text.split("\n")) console.log(`${seconds} s  ${line}`);
}

async function bake(folder: string, base: BaseDisk, privateKey: string): Promise<string> {
  const packer = join(folder, "packer");
  // Packers of before 1.7 know no plugins.
  cpSync(BAKE, packer, {
    recursive: true,
    filter: (path) => !/\/(proof|plugins\.pkr\.hcl|amazon-ebs\.pkr\.hcl)$/.test(path),
  });
  const build = join(packer, "build.pkr.hcl");
  writeFileSync(build, readFileSync(build, "utf8").replace('"source.amazon-ebs.image", ', ""));
  mkdirSync(join(packer, "image/root/etc/parbake"), { recursive: true });
  writeFileSync(join(packer, "image/root/etc/parbake/environment"), "AWS_ENDPOINT_URL=http://169.254.169.254\n");
  const output = join(folder, "output");
  const qemuargs = [
    ["-kernel", base.kernel],
    ["-initrd", base.initrd],
    ["-append", "root=/dev/vda rw console=ttyS0 quiet panic=-1"],
    ["-cpu", "max"],
    ["-serial", `file:${join(folder, "bake-console.log")}`],
  ];
  const variables = {
    parbake: BINARY,
    disk: base.disk,
    output,
    accelerator: "tcg",
    ssh_private_key_file: privateKey,
    qemuargs,
    base: "debian-12",
    source_commit: await run(["git", "-C", BAKE, "rev-parse", "HEAD"]),
  };
  writeFileSync(join(packer, "proof.auto.pkrvars.json"), JSON.stringify(variables));
  const env = {
    PATH: process.env["PATH"],
    HOME: packer,
    TMPDIR: folder,
    CHECKPOINT_DISABLE: "1",
    PACKER_CONFIG_DIR: packer,
    PACKER_CACHE_DIR: join(folder, "cache"),
  };
  for (const command of [["validate"], ["build", "-color=false"]]) {
    const said = await run(["packer", ...command, "."], { cwd: packer, env });
    writeFileSync(join(folder, `packer-${command[0]}.log`), said);
    if (command[0] === "build") say(partOf(said));
  }
  return join(output, "image.raw");
}

/** What parbake said in the bake. */
function partOf(said: string): string {
  const lines = said.split("\n").map((line) => line.replace(/^ *qemu\.image: ?/, ""));
  const start = lines.findIndex((line) => line.startsWith("PROOF: ")) + 1;
  const end = lines.findIndex((line, index) => index > start && line.startsWith("==> "));
  return lines.slice(start, end).join("\n").trim();
}

async function boot(
  { folder, base, privateKey, publicKey, emulator }: Site,
  disk: string,
  size: (typeof SIZES)[number],
): Promise<Guest> {
  emulator.setWorld(worldOf(size.instanceType));
  const port = Number(new URL(emulator.endpoint).port);
  return startGuest({ folder, disk, kernel: base.kernel, initrd: base.initrd, ...size, port, privateKey, publicKey });
}

function worldOf(instanceType: string) {
  return {
    imds: { values: { "meta-data/instance-type": instanceType } },
    secrets: [{ name: "prod/db", versions: [{ string: JSON.stringify({ password: PASSWORD }) }] }],
  };
}

/** A disk of its own for each machine, as each instance has. */
function launch({ folder, image }: Site, name: string): Promise<string> {
  const disk = join(folder, `${name}.raw`);
  return run(["cp", "--sparse=always", "--reflink=auto", image, disk]).then(() => disk);
}

async function bootThrice(site: Site): Promise<void> {
  const inspected: Inspection[] = [];
  for (const size of SIZES) {
    const disk = await launch(site, `boot-${size.memoryMiB}`);
    const guest = await boot(site, disk, size);
    await guest.wait();
    const found = await inspect(guest, PASSWORD);
    say(`${size.memoryMiB} MiB (${size.instanceType})\n${found.lines.join("\n")}`);
    expectTuned(found, inspected.at(-1) ?? null);
    inspected.push(found);
    if (size.memoryMiB === 2048) await reboot(guest);
    await guest.poweroff();
    rmSync(disk);
  }
}

async function reboot(guest: Guest): Promise<void> {
  const bootId = () => guest.ssh("cat /proc/sys/kernel/random/boot_id");
  const before = await bootId();
  await guest.ssh("systemctl reboot --no-block");
  while (
    await bootId().then(
      (id) => id === before,
      () => true,
    )
  )
    await sleep(1_000);
  expectTuned(await inspect(guest, PASSWORD), null);
  say("rebooted: the same again, in sync");
}

/** How long after parbake's first request the power goes: while it waits for the secret, and while it writes and reloads. */
const CUTS_MS = [0, 500, 1_500, 3_000, 6_000];

async function cutPower(site: Site): Promise<void> {
  const { emulator } = site;
  const disk = await launch(site, "power-cut");
  const size = SIZES[1];
  for (const afterMs of CUTS_MS) {
    const guest = await boot(site, disk, size);
    emulator.setFaults(afterMs === 0 ? [HANGING] : []);
    const before = emulator.requests.length;
    while (emulator.requests.length === before) await sleep(50);
    await sleep(afterMs === 0 ? 1_000 : afterMs);
    await guest.kill();
    emulator.setFaults([]);
    const again = await boot(site, disk, size);
    await again.wait();
    expectTuned(await inspect(again, PASSWORD), null);
    say(
      `power cut ${afterMs === 0 ? "while the secret is asked for" : `${afterMs} ms after the first request`}: the next boot is whole and in sync`,
    );
    // The machine is a new one for the next cut, so that there is something to change.
    await again.ssh("rm -f /etc/api.env /etc/postgresql/15/main/conf.d/90-parbake.conf && sync");
    await again.poweroff();
  }
  rmSync(disk);
}

const HANGING: Fault = { match: { service: "secretsmanager" }, do: { kind: "hang" } };

async function prove(folder: string): Promise<void> {
  const missing: string[] = [];
  for (const program of PROGRAMS) await run(["sh", "-c", `command -v ${program}`]).catch(() => missing.push(program));
  if (missing.length > 0 || !existsSync(BINARY))
    throw new Error(
      `first install or build: ${[...missing, ...(existsSync(BINARY) ? [] : ["dist/parbake"])].join(", ")}`,
    );
  const privateKey = join(folder, "key");
  if (!existsSync(privateKey))
    await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "packer_00000000", "-f", privateKey]);
  const publicKey = readFileSync(`${privateKey}.pub`, "utf8");
  const packages = readFileSync(join(BAKE, "image/packages.txt"), "utf8").trim().split("\n");
  say(await run([BINARY, "--version"]));
  const base = await makeBaseDisk(folder, packages, publicKey);
  say("a plain Debian 12, to begin with");
  const image = await bake(folder, base, privateKey);
  say("baked");
  const emulator = await startEmulator({ world: worldOf(SIZES[0].instanceType) });
  try {
    const site = { folder, base, privateKey, publicKey, emulator, image };
    await bootThrice(site);
    await cutPower(site);
    if (emulator.surprises.length > 0)
      throw new Error(`asked for what the emulator does not have: ${emulator.surprises.join(", ")}`);
    say("proven");
  } finally {
    await emulator.close();
  }
}

const [kept] = process.argv.slice(2);
const folder = kept ?? mkdtempSync(join(tmpdir(), "parbake-proof-"));
mkdirSync(folder, { recursive: true });
try {
  await prove(folder);
} finally {
  if (kept === undefined) rmSync(folder, { recursive: true, force: true });
}
