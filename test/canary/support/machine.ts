// A machine whose disk can be searched to the last block: /etc, /var, /home, /root and /tmp lie on an ext4 image of its own,
// /run is memory, and everything else is read-only, all in a mount namespace that ends with the test.

import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { watchProcess, type Seen } from "./watch-process.ts";

const SECRETS = "run/parbake/secrets";
/** Parbake's own record of them, which lies beside them and has no value in it. */
const RECORD = "/.versions.json";
const DISK_BYTES = 64 * 1024 * 1024;
const ON_DISK = ["etc", "var", "home", "root", "tmp"];

// The binary's own folder may be below one that is mounted over: it is bound first.
const BUILD = `
mount -t tmpfs none /usr/local/sbin
touch /usr/local/sbin/parbake.real
mount --bind "$2" /usr/local/sbin/parbake.real
mount --bind /usr/local/sbin /usr/sbin
mount -t ext4 -o loop,nodiscard "$0" "$1"
cd "$1"
mkdir -p ${ON_DISK.join(" ")} var/lib
for folder in ${ON_DISK.join(" ")}; do mount --bind $folder /$folder; done
cd /
umount -l "$1" || true
mount -t tmpfs -o mode=0755 none /run
mkdir -p /run/systemd/system /${SECRETS}
memory=mode=0711,nosuid,nodev,noexec
mount -t tmpfs -o noswap,$memory none /${SECRETS} || mount -t ramfs -o $memory none /${SECRETS}
mount -o remount,bind,ro /
echo ready
exec sleep infinity`;

export interface Run extends Seen {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Sees the running program's process. */
  readonly meanwhile?: (pid: number) => Promise<void>;
}

export class Machine {
  readonly #folder: string;
  readonly #holder: ChildProcess;

  private constructor(folder: string, holder: ChildProcess) {
    this.#folder = folder;
    this.#holder = holder;
  }

  static async make(binary: string): Promise<Machine> {
    const folder = mkdtempSync("/dev/shm/parbake-canary-");
    const image = join(folder, "disk");
    writeFileSync(image, "");
    execFileSync("truncate", ["--size", String(DISK_BYTES), image]);
    execFileSync("mkfs.ext4", ["-q", "-F", image]);
    execFileSync("mkdir", [join(folder, "mnt")]);
    const namespace = ["setpriv", "--pdeathsig=KILL", "unshare", "--mount", "--propagation", "private"];
    const argv = [...namespace, "sh", "-euc", BUILD, image, join(folder, "mnt"), binary];
    const holder = spawn(argv[0]!, argv.slice(1), { stdio: ["ignore", "pipe", "inherit"] });
    const [chunk] = (await Promise.race([once(holder.stdout, "data"), once(holder, "exit")])) as [unknown];
    if (String(chunk).trim() !== "ready") throw new Error("the machine could not be made");
    return new Machine(folder, holder);
  }

  /** In its namespace, with nothing of the caller's environment. */
  async run(argv: readonly string[], { env = {}, meanwhile }: RunOptions = {}): Promise<Run> {
    const enter = ["nsenter", `--mount=/proc/${this.#holder.pid}/ns/mnt`, "--", ...argv];
    const PATH = "/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin";
    const child = spawn(enter[0]!, enter.slice(1), { env: { PATH, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    const watch = watchProcess(child.pid!);
    const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
    const closed = once(child, "close") as Promise<[number | null, string | null]>;
    await meanwhile?.(child.pid!);
    const [status, signal] = await closed;
    return { status, signal, stdout: stdout(), stderr: stderr(), ...watch.stop() };
  }

  async shell(script: string, options?: RunOptions): Promise<Run> {
    return this.run(["sh", "-euc", script], options);
  }

  /** Where a file of the machine can be opened from outside. */
  path(path: string): string {
    return join(`/proc/${this.#holder.pid}/root`, path);
  }

  /** Every file outside of the secrets folder by its path: its content, or where a link points to. */
  files(): ReadonlyMap<string, Buffer> {
    const found = new Map<string, Buffer>();
    for (const folder of [...ON_DISK, "run"]) this.#read(folder, found);
    return found;
  }

  #read(path: string, found: Map<string, Buffer>): void {
    const own = this.path(path);
    const stats = lstatSync(own);
    if (stats.isDirectory()) for (const name of readdirSync(own)) this.#read(join(path, name), found);
    else if (path.startsWith(`${SECRETS}/`) && !path.endsWith(RECORD)) found.set(path, Buffer.alloc(0));
    else if (stats.isSymbolicLink()) found.set(path, Buffer.from(readlinkSync(own)));
    else if (stats.isFile()) found.set(path, readFileSync(own));
  }

  /** Switches it off: every block of its disk, also what lies in files that are gone. */
  async remove(look: (disk: Buffer) => void = () => {}): Promise<void> {
    const exited = once(this.#holder, "exit");
    await this.shell(ON_DISK.map((folder) => `umount /${folder}`).join("; "));
    this.#holder.kill("SIGKILL");
    await exited;
    try {
      look(readFileSync(join(this.#folder, "disk")));
    } finally {
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString("latin1");
}
