// A small machine of its own to kill parbake on: its /etc, /run and /var/lib lie in a folder on tmpfs and are mounted over the
// real ones in a mount namespace of each run's own, so that root is / and units are acted on, by a systemctl that writes down
// who called it and what it could read then.

import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Emulator } from "../../../scripts/emulator/emulator.ts";
import { BINARY } from "../../binary/support/scratch-image.ts";

type Version = "old" | "new";

const SECRETS = "run/parbake/secrets";
const CREATED = "etc/app/created.conf";
const REMOVED = "etc/app/removed.conf";
const ATTRIBUTES = "etc/app/attributes.conf";
const DROP_IN = "etc/systemd/system/app.service.d/memory.conf";

/** `together`: one unit needs all of it, so that it is one wave. */
type Waves = "together" | "apart";

/** `attributes` is the file whose mode alone differs between the two. */
function configOf(version: Version, waves: Waves): string {
  const owned = version === "new" ? "created" : "removed";
  const shared = waves === "together" ? ", onChange: { reload: app.service }" : "";
  const both = waves === "together" ? "{ restart: db.service, reload: app.service }" : "{ restart: db.service }";
  return `secretsGuarantee: swappable
secrets: { db: { id: prod/${version}, keys: { password: { file: db/password${shared} } } } }
vars: { version: ${version} }
files:
  - { template: version.txt.hbs, path: /etc/app/updated.conf, onChange: { reload: app.service },
      healthCheck: [ /usr/local/sbin/healthy ] }
  - { template: version.txt.hbs, path: /etc/app/${owned}.conf, owner: daemon${shared} }
  - { template: fixed.txt.hbs, path: /etc/app/attributes.conf, ${version === "new" ? 'owner: daemon, mode: "0600"' : 'mode: "0640"'}${shared} }
  - { template: version.txt.hbs, path: /${DROP_IN}, format: text, onChange: ${both} }
`;
}

const SYSTEMCTL = `#!/bin/sh
read -r version </etc/app/updated.conf
case $1 in show) echo ActiveState=active ;; *) echo "$* $version" >>/run/systemctl.log ;; esac
`;
/** Also a sentry: no two runs may be here at once. Not by rmdir(2), which is parbake's to fail. */
const HEALTHY = `#!/bin/sh
read -r version </etc/app/updated.conf
mkdir /run/inside || echo two at once >>/run/systemctl.log
echo "healthy $version" >>/run/systemctl.log
rm -d /run/inside
`;
const SICK = `#!/bin/sh
read -r version </etc/app/updated.conf
echo "sick of $version" >>/run/systemctl.log
[ $version = old ]
`;

export interface Run {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stderr: string;
}

export class Machine {
  readonly root: string;
  readonly #emulator: Emulator;

  private constructor(root: string, emulator: Emulator) {
    this.root = root;
    this.#emulator = emulator;
  }

  /** On which parbake has written the old version of everything. */
  static async make(emulator: Emulator): Promise<Machine> {
    const machine = new Machine(mkdtempSync("/dev/shm/parbake-kill-"), emulator);
    const folders = [
      "etc/app",
      dirname(DROP_IN),
      "etc/parbake/templates",
      SECRETS,
      "run/systemd/system",
      "var/lib",
      "sbin",
    ];
    for (const folder of folders) mkdirSync(join(machine.root, folder), { recursive: true, mode: 0o755 });
    machine.write("etc/passwd", "root:x:0:0::/:/bin/false\ndaemon:x:1:1::/:/bin/false\n");
    machine.write("etc/group", "root:x:0:\ndaemon:x:1:\n");
    // Without it ICU compares every time zone that there is.
    symlinkSync("/usr/share/zoneinfo/UTC", join(machine.root, "etc/localtime"));
    machine.write("etc/parbake/templates/version.txt.hbs", "{{vars.version}}\n");
    machine.write("etc/parbake/templates/fixed.txt.hbs", "fixed\n");
    machine.write("sbin/systemctl", SYSTEMCTL, 0o755);
    machine.write("sbin/systemd-run", "#!/bin/sh\n", 0o755);
    machine.setHealth("healthy");
    machine.declare("old");
    const { status, stderr } = await machine.run();
    if (status !== 0) throw new Error(`the machine could not be made: ${stderr}`);
    rmSync(join(machine.root, "run/systemctl.log"), { force: true });
    return machine;
  }

  clone(): Machine {
    const root = mkdtempSync("/dev/shm/parbake-kill-");
    execFileSync("cp", ["-a", `${this.root}/.`, root]);
    return new Machine(root, this.#emulator);
  }

  /** On a copy, which goes afterwards. */
  async onClone<T>(work: (machine: Machine) => Promise<T>): Promise<T> {
    const machine = this.clone();
    try {
      return await work(machine);
    } finally {
      machine.remove();
    }
  }

  declare(version: Version, waves: Waves = "together"): void {
    this.write("etc/parbake/parbake.yaml", configOf(version, waves));
  }

  /** Whether the health check takes the new files. */
  setHealth(health: "healthy" | "sick"): void {
    this.write("sbin/healthy", health === "healthy" ? HEALTHY : SICK, 0o755);
  }

  /** `parbake apply` on it; `tracer` is what comes before the binary. */
  run(tracer: readonly string[] = [], ...options: readonly string[]): Promise<Run> {
    return this.#start(tracer, ["apply", ...options]).ended;
  }

  /** Another command. */
  play(words: readonly string[], tracer: readonly string[] = []): Promise<Run> {
    return this.#start(tracer, words).ended;
  }

  /** The same, killed together with the tracer as soon as it is of no use. */
  async runWhile(isOfUse: () => boolean, tracer: readonly string[], ...options: readonly string[]): Promise<Run> {
    const { child, ended } = this.#start(tracer, ["apply", ...options]);
    const isOver = ended.then(
      () => true,
      () => true,
    );
    while (!(await Promise.race([isOver, sleep(20, false)]))) {
      if (isOfUse()) continue;
      process.kill(-child.pid!, "SIGKILL");
      break;
    }
    return ended;
  }

  /** A run that gets the signals, each when its file is there, or a moment after it began. */
  async signal(signals: readonly { readonly name: NodeJS.Signals; readonly file: string | null }[]): Promise<Run> {
    const { child, ended } = this.#start([], ["apply"]);
    for (const { name, file } of signals) {
      const isTime = () => file === null || existsSync(join(this.root, file));
      while (child.exitCode === null && !isTime()) await sleep(5);
      child.kill(name);
    }
    return ended;
  }

  #start(tracer: readonly string[], words: readonly string[]): Started {
    const places = { etc: ["etc"], run: ["run"], "var/lib": ["var/lib"], sbin: ["usr/local/sbin", "usr/sbin"] };
    const mounts = Object.entries(places).flatMap(([from, to]) =>
      to.map((folder) => `mount --bind ${from} /${folder}`),
    );
    const script = `cd "$0"; ${mounts.join("; ")}; cd /; exec "$@"`;
    const namespace = ["--mount", "--propagation", "private", "sh", "-ec", script, this.root];
    return start("unshare", [...namespace, ...tracer, BINARY, ...words], this.#emulator.endpoint);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  /** Which version each managed file has; anything but a whole old or new one is told in full. Owner and mode in place are two
   * calls: between them the file is `closing`, no more open than in either version. */
  versions(): Record<string, string> {
    const versionOf = (path: string) => this.read(path)?.trim() ?? "absent";
    const mode = (path: string) => {
      const stats = statSync(join(this.root, path));
      return `${(stats.mode & 0o7777).toString(8)} ${stats.uid}:${stats.gid}`;
    };
    const fixed = `${versionOf(ATTRIBUTES)} ${mode(ATTRIBUTES)}`;
    const secret = `${SECRETS}/db/password`;
    return {
      updated: versionOf("etc/app/updated.conf"),
      created: presence(versionOf(CREATED), "new"),
      removed: presence(versionOf(REMOVED), "old"),
      attributes: { "fixed 640 0:0": "old", "fixed 600 0:0": "closing", "fixed 600 1:1": "new" }[fixed] ?? fixed,
      dropIn: versionOf(DROP_IN),
      secret:
        this.read(secret) === null
          ? "absent"
          : `${versionOf(secret)} ${mode(secret)}`.replace(/^(old|new) 400 0:0$/, "$1"),
    };
  }

  /** As if somebody had removed the secret's name: the current generation still has its file. */
  loseLink(): void {
    rmSync(join(this.root, SECRETS, "db"));
  }

  hasJournal(): boolean {
    return ["run", "var/lib"].some((folder) => existsSync(join(this.root, folder, "parbake/journal.json")));
  }

  /** What was called, and which version it could read then. */
  calls(): string[] {
    return (this.read("run/systemctl.log") ?? "")
      .trim()
      .split("\n")
      .filter((line) => line !== "");
  }

  /** Names that are there only during a run, and the lock if it is held. */
  leftovers(): string[] {
    const paths = readdirSync(this.root, { recursive: true, encoding: "utf8" });
    const generations = paths.filter((path) => /^run\/parbake\/secrets\/\.\.gen-\d+$/.test(path));
    const locks = paths.filter((path) => path.startsWith("run/parbake/lock/"));
    return [
      ...paths.filter((path) => path.includes("parbake-tmp") || path.endsWith("journal.json")),
      ...(locks.length === 1 ? [] : locks),
      ...(generations.length === 1 ? [] : generations),
    ];
  }

  /** Every file with what a write would change; parbake's own state left out. */
  snapshot(): string[] {
    const paths = readdirSync(this.root, { recursive: true, encoding: "utf8" }).toSorted();
    const own =
      /^(run|var\/lib)\/parbake(\/(lock|(first-)?report|managed|journal|instance).*)?$|^var\/lib$|^run\/systemctl.log$|parbake\.yaml$/;
    return paths.filter((path) => !own.test(path)).map((path) => `${path} ${this.#describe(path)}`);
  }

  /** Of every file but parbake's own state: inode and times, for which a write of nothing new is one too many. */
  times(): string[] {
    const paths = this.snapshot().map((line) => line.split(" ", 1)[0]!);
    return paths.map((path) => {
      const { ino, mtimeNs, ctimeNs } = lstatSync(join(this.root, path), { bigint: true });
      return [path, ino, mtimeNs, ctimeNs].join(" ");
    });
  }

  #describe(path: string): string {
    const { mode, uid, gid, mtimeNs } = lstatSync(join(this.root, path), { bigint: true });
    const isFile = lstatSync(join(this.root, path)).isFile();
    return [mode.toString(8), uid, gid, isFile ? `${mtimeNs} ${this.read(path)}` : ""].join(" ");
  }

  read(path: string): string | null {
    const file = join(this.root, path);
    return existsSync(file) ? readFileSync(file, "utf8") : null;
  }

  write(path: string, text: string, mode = 0o644): void {
    writeFileSync(join(this.root, path), text, { mode });
  }
}

// A file that only one of the two versions has.
function presence(found: string, when: Version): string {
  const other = when === "new" ? "old" : "new";
  return found === "absent" ? other : found;
}

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Run>;
}

function start(program: string, argv: readonly string[], endpoint: string): Started {
  const env = { PATH: process.env["PATH"], AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint, AWS_ENDPOINT_URL: endpoint };
  const child = spawn(program, argv, { env, stdio: ["ignore", "ignore", "pipe"], detached: true });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Run>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status, signal) => resolve({ status, signal, stderr }));
  });
  return { child, ended };
}

/** Why this machine cannot do it; null: it can. */
export function findObstacle(): string | null {
  if (process.geteuid!() !== 0) return "not root";
  if (!existsSync(BINARY)) return "no compiled binary: run scripts/build";
  if (!existsSync("/dev/shm")) return "no /dev/shm";
  if (spawnSync("unshare", ["--mount", "--propagation", "private", "true"]).status !== 0)
    return "no mount namespaces here";
  const traced = spawnSync("strace", ["-qq", "-e", "inject=chdir:error=EIO", "-e", "trace=chdir", "true"]);
  if (traced.error) return "no strace here";
  return traced.status === 0 ? null : "strace may not trace here";
}
