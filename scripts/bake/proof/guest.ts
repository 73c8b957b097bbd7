// A machine that boots the image in qemu. It sees nothing but 169.254.169.254, which is the emulator, and can be reached by ssh.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "./program.ts";

export interface GuestOptions {
  readonly folder: string;
  readonly disk: string;
  readonly kernel: string;
  readonly initrd: string;
  readonly memoryMiB: number;
  readonly instanceType: string;
  /** Of the emulator, on this machine. */
  readonly port: number;
  readonly privateKey: string;
  readonly publicKey: string;
}

export interface Guest {
  /** Runs a command as root and gives what it printed. */
  ssh(command: string): Promise<string>;
  /** Waits until sshd answers. */
  wait(): Promise<void>;
  /** As the power cut would. */
  kill(): Promise<void>;
  poweroff(): Promise<void>;
  /** The console. */
  readonly log: string;
}

export async function startGuest(options: GuestOptions): Promise<Guest> {
  const { folder, privateKey } = options;
  const log = join(folder, "console.log");
  const sshPort = await freePort();
  const qemu = spawn("qemu-system-x86_64", listParameters(options, sshPort, log), {
    stdio: ["ignore", "ignore", "pipe"],
  });
  // Whatever ends the proof, no machine outlives it.
  const kill = () => qemu.kill("SIGKILL");
  process.once("exit", kill);
  qemu.once("exit", () => process.off("exit", kill));
  let said = "";
  qemu.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const ssh = (command: string): Promise<string> => {
    if (qemu.exitCode !== null) throw new Error(`qemu ended with ${qemu.exitCode}: ${said}`);
    return run([...sshTo(sshPort, privateKey), command], { timeoutMs: 1_000_000 });
  };
  return {
    log,
    ssh,
    wait: () => waitForSsh(() => ssh("true"), qemu),
    kill: () => end(qemu, "SIGKILL"),
    poweroff: async () => {
      await ssh("systemctl poweroff --no-block").catch(() => {});
      await Promise.race([ended(qemu), sleep(120_000).then(() => end(qemu, "SIGKILL"))]);
    },
  };
}

function listParameters(options: GuestOptions, sshPort: number, log: string): string[] {
  const { folder, disk, kernel, initrd, memoryMiB, instanceType, port, publicKey } = options;
  // What slirp starts for each connection to 169.254.169.254:80.
  const forward = join(folder, "forward");
  writeFileSync(forward, `#!/bin/bash\nexec 3<>/dev/tcp/127.0.0.1/${port}\ncat <&3 &\ncat >&3\nkill $!\n`);
  chmodSync(forward, 0o755);
  const net = "restrict=on,net=169.254.169.0/24,host=169.254.169.2,dns=169.254.169.3,dhcpstart=169.254.169.15";
  const forwards = `guestfwd=tcp:169.254.169.254:80-cmd:${forward},hostfwd=tcp:127.0.0.1:${sshPort}-:22`;
  const key = Buffer.from(publicKey).toString("base64");
  const machine = "-accel tcg,thread=multi -cpu max -smp 2 -M q35 -nodefaults -display none -device virtio-rng-pci";
  const given = {
    "-m": String(memoryMiB),
    "-serial": `file:${log}`,
    "-kernel": kernel,
    "-initrd": initrd,
    "-append": "root=/dev/vda rw console=ttyS0 quiet panic=-1",
    "-drive": `if=virtio,file=${disk},format=raw`,
    "-nic": `user,model=virtio-net-pci,${net},${forwards}`,
  };
  // As EC2 shows itself, and how this machine's key gets in: by a credential of systemd's, as there by cloud-init.
  const smbios = [
    `type=1,manufacturer=Amazon EC2,product=${instanceType}`,
    `type=11,value=io.systemd.credential.binary:ssh.authorized_keys.root=${key}`,
  ];
  return [...machine.split(" "), ...Object.entries(given).flat(), ...smbios.flatMap((table) => ["-smbios", table])];
}

async function waitForSsh(attempt: () => Promise<string>, qemu: ChildProcess): Promise<void> {
  const endMs = performance.now() + 600_000;
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (qemu.exitCode !== null || performance.now() > endMs) throw error;
      await sleep(1_000);
    }
  }
}

function sshTo(port: number, key: string): string[] {
  const options = [
    "StrictHostKeyChecking=no",
    "UserKnownHostsFile=/dev/null",
    "LogLevel=ERROR",
    "BatchMode=yes",
    "ConnectTimeout=10",
  ];
  return ["ssh", "-p", String(port), "-i", key, ...options.flatMap((option) => ["-o", option]), "root@127.0.0.1"];
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function ended(qemu: ChildProcess): Promise<void> {
  if (qemu.exitCode === null && qemu.signalCode === null) await once(qemu, "exit");
}

async function end(qemu: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  qemu.kill(signal);
  await ended(qemu);
}
