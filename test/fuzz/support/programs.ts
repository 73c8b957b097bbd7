// The programs that read a file back: each is the format's own or the language's own, and shares no code with parbake.

import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { waitUntil } from "../../e2e/support/command.ts";
import { describeWhere } from "../../e2e/support/requirements.ts";
import { NEVER_MS } from "./never-ms.ts";

/** The suite `title`, skipped with the reason in its title where Python cannot import `module`. */
export function describeWithPython(module: string, title: string, body: () => void): void {
  const found = spawnSync("python3", ["-c", `import ${module}`]).status === 0;
  if (found) describeWhere({ programs: ["python3"] }, title, body);
  else describe.skip(`${title} (skipped: no Python with ${module} on this machine)`, body);
}

/** What the Python `expression` makes of each `text`, given by way of JSON. */
export function readWithPython(module: string, expression: string, texts: readonly string[]): unknown[] {
  const program = `import json, sys, ${module}\nprint(json.dumps([${expression} for text in json.load(sys.stdin)]))`;
  const output = execFileSync("python3", ["-c", program], { input: JSON.stringify(texts), maxBuffer: 1 << 28 });
  return JSON.parse(output.toString());
}

/** What `shell` prints of each of `words`; they are a script's own, not arguments. */
export function readWordsWithShell(shell: string, words: readonly string[]): string[] {
  return runShell(shell, words.map((word) => `printf '%s\\0' ${word}\n`).join(""));
}

/** What `shell` has in its variables `name`0, `name`1, … after it has read `file` by `.`, as scripts do. */
export function readAssignmentsWithShell(shell: string, file: string, name: string, count: number): string[] {
  return inFolder((folder) => {
    writeFileSync(join(folder, "env"), file);
    const prints = Array.from({ length: count }, (_, index) => `printf '%s\\0' "$${name}${index}"\n`).join("");
    return runShell(shell, `. ${folder}/env\n${prints}`);
  });
}

function runShell(shell: string, script: string): string[] {
  const output = execFileSync(shell, ["-s"], { input: script, env: { HOME: "/home" }, maxBuffer: 1 << 28 });
  return splitAtNul(output);
}

export function splitAtNul(output: Buffer): string[] {
  return output.toString("utf8").split("\0").slice(0, -1);
}

const READ_PROPERTIES = `
import java.io.*; import java.util.*;
class Read {
  public static void main(String[] files) throws Exception {
    PrintStream out = new PrintStream(System.out, false, "UTF-8");
    for (String file : files) {
      Properties found = new Properties();
      try (InputStream in = new FileInputStream(file)) { found.load(in); }
      out.print(found.size() + "\\0");
      for (String key : found.stringPropertyNames()) out.print(key + "\\0" + found.getProperty(key) + "\\0");
    }
    out.flush();
  }
}`;

/** The pairs that java.util.Properties finds in each of `texts`, by key. */
export function readWithJava(texts: readonly string[]): ReadonlyMap<string, string>[] {
  return inFolder((folder) => {
    writeFileSync(join(folder, "Read.java"), READ_PROPERTIES);
    const files = texts.map((properties, index) => {
      writeFileSync(join(folder, `${index}`), properties);
      return join(folder, `${index}`);
    });
    const found = splitAtNul(execFileSync("java", [join(folder, "Read.java"), ...files], { maxBuffer: 1 << 28 }));
    return texts.map(() => {
      const pairs = found.splice(0, 1 + 2 * Number(found[0])).slice(1);
      return new Map(pairs.flatMap((key, index) => (index % 2 === 0 ? [[key, pairs[index + 1]!] as const] : [])));
    });
  });
}

/** What PostgreSQL takes the value of the setting `name` for, in a postgresql.conf of this text. */
export function readWithPostgres(file: string, names: readonly string[]): string[] {
  return inFolder((folder) => {
    writeFileSync(join(folder, "postgresql.conf"), file);
    return names.map((name) => {
      const { status, stdout, stderr } = spawnSync("postgres", ["-C", name, "-D", folder]);
      if (status !== 0) throw new Error(`postgres -C ${name}: ${stderr.toString()}`);
      return stdout.toString("utf8").replace(/\n$/, "");
    });
  });
}

interface Service {
  /** Lines of the [Service] section. */
  readonly lines: string;
  /** By name, in /fuzz. */
  readonly files?: Readonly<Record<string, string>>;
}

export const SYSTEMD = { root: true, programs: ["flock", "systemd-nspawn", "systemd-run"] } as const;

/** What a service printed that a systemd of its own has run, in a container that holds nothing but this machine's /usr. */
export function runService({ lines, files = {} }: Service): Buffer {
  return inFolder((folder) => {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    writeFileSync(
      join(folder, "fuzz.service"),
      `[Unit]\nDefaultDependencies=no\nSuccessAction=exit\nFailureAction=exit\n[Service]\nType=oneshot\nStandardOutput=append:/fuzz/out\n${lines}`,
    );
    // Of two containers that start at once from the same folder, one may fail.
    const { stdout, stderr } = spawnSync(
      "flock",
      [
        join(tmpdir(), "parbake-fuzz-nspawn.lock"),
        "systemd-nspawn",
        "--quiet",
        "--boot",
        "--register=no",
        "--keep-unit",
        "--private-network",
        "--link-journal=no",
        "--volatile=yes",
        "--directory=/",
        "--console=pipe",
        `--machine=parbake-fuzz-${process.pid}`,
        `--bind=${folder}:/fuzz`,
        `--bind-ro=${folder}/fuzz.service:/etc/systemd/system/fuzz.service`,
        "--",
        "systemd.unit=fuzz.service",
      ],
      { timeout: NEVER_MS, maxBuffer: 1 << 28 },
    );
    try {
      return readFileSync(join(folder, "out"));
    } catch (error) {
      throw new Error(`the service has not run: ${stdout.toString()}${stderr.toString()}`, { cause: error });
    }
  });
}

const SYSCTL = "/usr/lib/systemd/systemd-sysctl";

/** The suite `title`, skipped with the reason in its title where no kernel setting can be set in a namespace of one's own. */
export function describeWithSysctl(title: string, body: () => void): void {
  const isThere = existsSync(SYSCTL) && process.getuid?.() === 0;
  if (isThere && readWithSysctl(["kernel.domainname = try\n"])[0] === "try") describe(title, body);
  else describe.skip(`${title} (skipped: no systemd-sysctl that may set kernel.domainname in a namespace)`, body);
}

/** What kernel.domainname is after systemd-sysctl has read each of the files: it holds any text of up to 64 bytes. */
export function readWithSysctl(files: readonly string[]): string[] {
  return inFolder((folder) => {
    for (const [index, file] of files.entries()) writeFileSync(join(folder, `${index}.conf`), file);
    const script = `for file; do ${SYSCTL} "$file"; cat /proc/sys/kernel/domainname; printf '\\0'; done`;
    const paths = files.map((_, index) => join(folder, `${index}.conf`));
    const { stdout } = spawnSync("unshare", ["--uts", "sh", "-c", script, "sh", ...paths], { timeout: NEVER_MS });
    return splitAtNul(stdout).map((text) => text.replace(/\n$/, ""));
  });
}

/** What nginx answers to GET /0, /1, … with the server block `server`, on a socket of its own. */
export async function fetchFromNginx(server: string, count: number): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "parbake-fuzz-"));
  const socketPath = join(folder, "socket");
  writeFileSync(
    join(folder, "nginx.conf"),
    `daemon off; master_process off; pid ${folder}/pid; error_log stderr; events {}
http { access_log off; ${NGINX_FOLDERS.map((name) => `${name}_temp_path ${folder};`).join(" ")}
${server.replace("server {", `server { listen unix:${socketPath};`)} }`,
  );
  const nginx = spawn("nginx", ["-p", folder, "-c", join(folder, "nginx.conf")], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  nginx.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  try {
    await waitUntil("nginx listens", NEVER_MS, async () => {
      if (nginx.exitCode !== null) throw new Error(`nginx has ended: ${said}`);
      return existsSync(socketPath);
    });
    const paths = Array.from({ length: count }, (_, index) => `/${index}`);
    return await Promise.all(paths.map((path) => fetchText(socketPath, path)));
  } finally {
    nginx.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}

const NGINX_FOLDERS = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];

function fetchText(socketPath: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path, agent: false }, async (response) =>
      resolve((await buffer(response)).toString()),
    );
    call.on("error", reject).end();
  });
}

function inFolder<Result>(work: (folder: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), "parbake-fuzz-"));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
