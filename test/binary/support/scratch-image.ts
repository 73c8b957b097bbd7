// A scratch machine on a memory file system, and the compiled binary run on it.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Emulator } from "../../../scripts/emulator/emulator.ts";
import { makeFolder, removeFolder } from "../../support/folders.ts";

export const BINARY = join(import.meta.dirname, "../../../dist/parbake");

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ScratchImage {
  readonly root: string;
  write(path: string, text: string): void;
  read(path: string): string;
  /** Every path with its inode, mode, times and content: two equal snapshots mean that nothing was touched. */
  snapshot(): ReadonlyMap<string, string>;
  run(emulator: Emulator | null, ...parameters: string[]): Promise<Outcome>;
  /** The same in a mount namespace of its own, after a shell script that may mount things; needs root. */
  runMounted(script: string, emulator: Emulator, ...parameters: string[]): Promise<Outcome>;
  /** At the end of all tests it goes by itself. */
  remove(): void;
}

/** The smallest config that does everything: an app, a secret in a file, a rendered file. */
export const CONFIG = `apps: { web: { profile: nginx } }
secretsGuarantee: swappable
secrets: { db: { id: prod/db, keys: { password: { file: db/password } } } }
files: [ { template: web.txt.hbs, path: /etc/web/web.txt } ]
`;

const TEMPLATE = "workers={{apps.web.worker_processes}}\npassword file={{secrets.db.password.path}}\n";

export function makeScratchImage(config = CONFIG): ScratchImage {
  const parent = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
  const root = makeFolder(parent, "test", "run");
  const image: ScratchImage = {
    root,
    write(path, text) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    },
    read: (path) => readFileSync(join(root, path), "utf8"),
    snapshot: () => takeSnapshot(root),
    run: (emulator, ...parameters) => runProgram(emulator, [BINARY, ...parameters, "--root", root]),
    runMounted(script, emulator, ...parameters) {
      const shell = ["unshare", "--mount", "--propagation", "private", "sh", "-ec", `cd "$0"; ${script}; exec "$@"`];
      return runProgram(emulator, [...shell, root, BINARY, ...parameters, "--root", root]);
    },
    remove: () => removeFolder(root),
  };
  const [uid, gid] = [process.getuid!(), process.getgid!()];
  image.write("etc/passwd", `root:x:${uid}:${gid}::/:/bin/false\n`);
  image.write("etc/group", `root:x:${gid}:\n`);
  image.write("etc/parbake/parbake.yaml", config);
  image.write("etc/parbake/templates/web.txt.hbs", TEMPLATE);
  for (const folder of ["etc/web", "run/parbake/secrets"]) mkdirSync(join(root, folder), { recursive: true });
  return image;
}

export function takeSnapshot(root: string): ReadonlyMap<string, string> {
  const paths = readdirSync(root, { recursive: true, encoding: "utf8" }).toSorted();
  return new Map(paths.filter((path) => !isRunState(path)).map((path) => [path, describe(join(root, path))]));
}

// The lock and the report are the run's own; a failed run leaves a report too.
function isRunState(path: string): boolean {
  return path.startsWith("run/parbake") && !path.startsWith("run/parbake/secrets/");
}

function describe(file: string): string {
  const { ino, mode, mtimeNs, ctimeNs } = lstatSync(file, { bigint: true });
  const isFile = lstatSync(file).isFile();
  const hash = isFile ? createHash("sha256").update(readFileSync(file)).digest("hex") : "";
  return [ino, mode.toString(8), isFile ? mtimeNs : "", isFile ? ctimeNs : "", hash].join(" ");
}

/** With nothing of the caller's environment: no credentials, no proxies, no endpoints but the emulator's. */
export async function runProgram(
  emulator: Emulator | null,
  argv: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const endpoint = emulator?.endpoint ?? "http://127.0.0.1:9";
  const child = spawn(argv[0]!, argv.slice(1), {
    env: {
      PATH: process.env["PATH"],
      AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint,
      AWS_ENDPOINT_URL: endpoint,
      ...more,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return { status, stdout: stdout(), stderr: stderr() };
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString("utf8");
}
