// The demo: the compiled binary does its whole job in a scratch root on a memory file system, with the emulator as IMDS and AWS.

import { spawn, spawnSync } from "node:child_process";
import {
  constants,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { startEmulator, type Emulator } from "./emulator/emulator.ts";

const top = join(import.meta.dirname, "..");
const image = join(import.meta.dirname, "demo-image");
const isRoot = process.getuid!() === 0;

const bold = (text: string): string =>
  process.stdout.isTTY && !process.env["NO_COLOR"] ? `\u001b[1m${text}\u001b[0m` : text;

interface ScratchRoot {
  readonly folder: string;
  remove(): void;
}

function makeScratchRoot(): ScratchRoot {
  // /dev/shm is a tmpfs that everyone may use; root gets a mount of its own.
  const parent = !isRoot && existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
  const folder = mkdtempSync(join(parent, "parbake-demo-"));
  const mounted = isRoot && (mountTmpfs(folder, "noswap,") || mountTmpfs(folder, ""));
  return {
    folder,
    remove() {
      if (mounted) spawnSync("umount", [folder]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function mountTmpfs(folder: string, options: string): boolean {
  const { status } = spawnSync("mount", [
    "-t",
    "tmpfs",
    "-o",
    `${options}mode=0755,size=64m,nosuid,nodev`,
    "parbake-demo",
    folder,
  ]);
  return status === 0;
}

/** Writes what packages and the bake would have put into the image. Without root every account is this user. */
function bakeImage(root: string): void {
  const accounts = isRoot ? { root: 0, postgres: 5432, api: 8080 } : { root: 0, postgres: 0, api: 0 };
  const [uid, gid] = [process.getuid!(), process.getgid!()];
  const lines = Object.entries(accounts).map(([name, id]) => ({ name, uid: uid || id, gid: gid || id }));
  write(
    root,
    "etc/passwd",
    lines.map(({ name, uid: user, gid: group }) => `${name}:x:${user}:${group}::/:/bin/false\n`).join(""),
  );
  write(root, "etc/group", lines.map(({ name, gid: group }) => `${name}:x:${group}:\n`).join(""));
  write(root, "etc/nginx/nginx.conf", "worker_processes 1;\nevents {\n    worker_connections 768;\n}\n");
  for (const folder of ["etc/postgresql/16/main/conf.d", "etc/default", "run/parbake/secrets", "etc/parbake"]) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  cpSync(join(image, "parbake.yaml"), join(root, "etc/parbake/parbake.yaml"));
  // The units' file system never swaps; which one a demo may mount depends on the kernel and on who runs it.
  write(root, "etc/parbake/parbake.d/demo.yaml", "secretsGuarantee: swappable\n");
  cpSync(join(top, "templates"), join(root, "etc/parbake/templates"), { recursive: true });
  cpSync(join(image, "templates"), join(root, "etc/parbake/templates"), { recursive: true });
}

function write(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function say(text: string): void {
  console.log(`\n${bold(text)}`);
}

/** No credentials or endpoint of whoever runs the demo: it must never reach a real account. */
function environmentFor(emulator: Emulator): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_"));
  return {
    ...Object.fromEntries(own),
    AWS_EC2_METADATA_SERVICE_ENDPOINT: emulator.endpoint,
    AWS_ENDPOINT_URL: emulator.endpoint,
  };
}

/** A copy that is whoever runs this: root takes no executable that the checkout's owner could replace. */
function installBinary(): string {
  const folder = mkdtempSync(join(tmpdir(), "parbake-demo-bin-"));
  copyFileSync(join(top, "dist/parbake"), join(folder, "parbake"), constants.COPYFILE_FICLONE);
  return folder;
}

function parbake(emulator: Emulator, root: string, ...parameters: string[]): Promise<void> {
  console.log(`\n${bold(`$ parbake ${parameters.join(" ")}`)}`);
  const child = spawn(join(bin, "parbake"), [...parameters, "--root", root], {
    env: environmentFor(emulator),
    stdio: "inherit",
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (status) =>
      status === 0 ? resolve() : reject(new Error(`parbake ended with status ${status}`)),
    );
  });
}

function show(root: string, path: string): void {
  const { mode, uid } = statSync(join(root, path));
  const text = readFileSync(join(root, path), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.trimStart().startsWith("#"));
  console.log(
    `\n${bold(path)}  ${(mode & 0o777).toString(8)} uid ${uid}\n  ${text.slice(0, 9).join("\n  ")}${text.length > 9 ? "\n  …" : ""}`,
  );
}

async function runDemo(emulator: Emulator, root: string): Promise<void> {
  say("1. What the instance is, as IMDSv2 and the kernel say");
  await parbake(emulator, root, "facts");
  say("2. What a boot would do: memory and CPUs divided among the apps, and the files that follow from it");
  await parbake(emulator, root, "plan", "--diff");
  say("3. The boot: the same plan, performed");
  await parbake(emulator, root, "apply");
  for (const path of [
    "etc/postgresql/16/main/conf.d/90-parbake.conf",
    "etc/default/api",
    "run/parbake/secrets/api/database.env",
  ]) {
    show(root, path);
  }
  say("4. The next boot: nothing to do, not an inode touched");
  await parbake(emulator, root, "apply");
  say("5. The bake: the same image on other instance types, with no IMDS and no AWS");
  await parbake(emulator, root, "apply", "--dry-run", "--instance-type", "c7g.large,m7i.2xlarge,r7i.4xlarge");
}

const [scratch, bin] = [makeScratchRoot(), installBinary()];
const emulator = await startEmulator({ world: JSON.parse(readFileSync(join(image, "world.json"), "utf8")) as object });
try {
  bakeImage(scratch.folder);
  await runDemo(emulator, scratch.folder);
} finally {
  await emulator.close();
  scratch.remove();
  rmSync(bin, { recursive: true });
}
