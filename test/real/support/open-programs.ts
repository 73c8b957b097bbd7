// A booted Debian that holds the real programs, none of them running: each test starts what it asks. Holds nothing of parbake.

import { chmod, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootMachine, type Machine } from "../../e2e/support/machine.ts";
import { createNamespace } from "../../e2e/support/namespace.ts";
import type { Requirements } from "../../e2e/support/requirements.ts";
import { buildRootfs, restoreRootfs } from "../../e2e/support/rootfs.ts";

export const PACKAGES: readonly string[] = [
  "apache2",
  "etcd-server",
  "gunicorn",
  "haproxy",
  "influxdb",
  // Not the package zookeeper, which brings a desktop's Java.
  "libzookeeper-java",
  "mariadb-client-core",
  "mariadb-server-core",
  "memcached",
  "nats-server",
  "nginx-light",
  "nodejs",
  // The JDK: the bench compiles a program.
  "openjdk-17-jdk-headless",
  "pgbouncer",
  "php8.2-fpm",
  "postgresql-15",
  "prometheus",
  "rabbitmq-server",
  "redis-server",
  "ruby-sidekiq",
  "tomcat10",
  "uwsgi-core",
  "uwsgi-plugin-python3",
  "varnish",
];

export const PROGRAMS_REQUIREMENTS: Requirements = {
  root: true,
  debian: true,
  programs: ["ip", "mmdebstrap", "nsenter", "setpriv", "systemd-nspawn", "zstd"],
};

export interface Programs {
  readonly machine: Machine;
  /** As this process sees the machine's `/`. */
  readonly root: string;
  /** Ends all that runs in it, at any time and more than once. */
  close(): Promise<void>;
}

export async function openPrograms(): Promise<Programs | { readonly reason: string }> {
  const rootfs = await buildRootfs(PACKAGES);
  if (rootfs.kind === "unavailable") return rootfs;
  // Short, for the sockets below it: 107 characters are all that a socket's path may have.
  const folder = await mkdtemp(join(tmpdir(), "parbake-"));
  const root = join(folder, "root");
  const undo: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const undoAll = async (): Promise<void> => {
    for (const step of undo.toReversed()) await step();
  };
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= undoAll());
  try {
    await mkdir(root);
    await restoreRootfs(rootfs.path, root);
    await startNothing(root);
    const namespace = await createNamespace({ imds: false });
    undo.push(() => namespace.remove());
    const machine = await bootMachine(root, namespace);
    undo.push(() => machine.powerOff());
    await letAllWrite(root);
    return { machine, root, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startNothing(root: string): Promise<void> {
  const system = join(root, "etc/systemd/system");
  for (const name of await readdir(system))
    if (name.endsWith(".wants")) await rm(join(system, name), { recursive: true });
}

/** /srv is on the disk, unlike /run: a socket there can be reached from outside of the machine. Its boot sets the mode, too. */
async function letAllWrite(root: string): Promise<void> {
  await chmod(join(root, "srv"), 0o1777);
}
