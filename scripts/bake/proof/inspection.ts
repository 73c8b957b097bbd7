// What a booted machine says of itself: each number by the program that was tuned, not by parbake.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Guest } from "./guest.ts";

export interface Inspection {
  readonly memTotalBytes: number;
  readonly sharedBuffersBytes: number;
  readonly heapBytes: number;
  /** What parbake calculates for this machine, in text. */
  readonly wanted: Readonly<Record<"shared_buffers" | "heap" | "worker_processes", string>>;
  readonly workers: number;
  readonly password: {
    readonly given: string;
    readonly seenByService: string;
    readonly inFile: string;
    readonly fileSystem: string;
  };
  readonly status: string;
  readonly failedUnits: string;
  readonly lines: readonly string[];
}

// Each line is one fact. psql and the application are asked once they are up.
const QUESTIONS = {
  state: "timeout 900 systemctl is-system-running --wait; true",
  memTotal: "awk '/^MemTotal/ { print $2 }' /proc/meminfo",
  available: "awk '/^MemAvailable/ { print $2 }' /proc/meminfo",
  sharedBuffers: `runuser -u postgres -- psql -Atc "select setting::bigint * 8192 from pg_settings where name = 'shared_buffers'"`,
  connections: `runuser -u postgres -- psql -Atc "show max_connections"`,
  workers: "pgrep -c -f '^nginx: worker'",
  workerConnections: `nginx -T 2>/dev/null | awk '$1 == "worker_connections" { print $2 + 0 }'`,
  api: "curl -sS --retry 20 --retry-delay 2 --retry-connrefused http://127.0.0.1:8080/",
  password: "sha256sum </run/parbake/secrets/db/password | cut -d' ' -f1",
  fileSystem: "stat -f -c %T /run/parbake/secrets",
  status: "parbake status | head -n 1",
  failed: "systemctl list-units --failed --plain --no-legend | cut -d' ' -f1",
  tuned: "parbake tune --json",
  took: "systemd-analyze blame --no-pager | grep -m 1 ' parbake.service' | sed 's/^ *//'",
};

export async function inspect(guest: Guest, password: string): Promise<Inspection> {
  const told: Record<string, string> = {};
  for (const [name, command] of Object.entries(QUESTIONS)) told[name] = await guest.ssh(command);
  const [heap = "", processors = "", seen = ""] = told["api"]!.split(" ");
  const { apps } = JSON.parse(told["tuned"]!).types[0];
  const text = (app: string, setting: string): string => apps[app].settings[setting].text;
  const webApp = Object.keys(apps).find((name) => apps[name].profile === "nginx")!;
  return {
    memTotalBytes: Number(told["memTotal"]) * 1024,
    sharedBuffersBytes: Number(told["sharedBuffers"]),
    heapBytes: Number(heap),
    workers: Number(told["workers"]),
    wanted: {
      shared_buffers: text("postgresql", "shared_buffers"),
      heap: text("api", "heap"),
      worker_processes: text(webApp, "worker_processes"),
    },
    password: {
      given: createHash("sha256").update(password).digest("hex"),
      seenByService: seen,
      inFile: told["password"]!,
      fileSystem: told["fileSystem"]!,
    },
    status: told["status"]!,
    failedUnits: told["failed"]!,
    lines: [
      `  the kernel has      ${mib(Number(told["memTotal"]) * 1024)}, of which ${mib(Number(told["available"]) * 1024)} available`,
      `  PostgreSQL says     shared_buffers ${mib(Number(told["sharedBuffers"]))}, ${told["connections"]} connections`,
      `  the JVM says        heap ${mib(Number(heap))}, ${processors} processors`,
      `  nginx runs          ${told["workers"]} workers of ${told["workerConnections"]} connections`,
      `  the secret          reached the service: ${seen === told["password"] ? "yes" : "no"}; its file is on ${told["fileSystem"]}`,
      `  systemd says        ${told["state"]}; ${told["took"]}`,
      `  parbake says        ${told["status"]}`,
    ],
  };
}

/** @param smaller what a smaller machine said */
export function expectTuned(found: Inspection, smaller: Inspection | null): void {
  assert.equal(found.failedUnits, "", "no unit has failed");
  assert.match(found.status, /^in sync/);
  assert.equal(found.sharedBuffersBytes, bytesOf(found.wanted.shared_buffers));
  // HotSpot rounds the heap to its regions, and does not count one survivor space.
  const heapBytes = bytesOf(found.wanted.heap);
  assert.ok(Math.abs(found.heapBytes - heapBytes) <= heapBytes * 0.05, `heap ${found.heapBytes} of ${heapBytes}`);
  assert.equal(found.workers, Number(found.wanted.worker_processes));
  assert.ok(found.sharedBuffersBytes + found.heapBytes < found.memTotalBytes);
  const { given, seenByService, inFile, fileSystem } = found.password;
  assert.deepEqual([seenByService, inFile], [given, given]);
  assert.match(fileSystem, /^(ramfs|tmpfs)$/);
  if (smaller === null) return;
  assert.ok(found.sharedBuffersBytes > smaller.sharedBuffersBytes && found.heapBytes > smaller.heapBytes);
}

/** As PostgreSQL and Java write sizes: `322MB`, `361457K`, and parbake adds in words. */
function bytesOf(text: string): number {
  const [, digits = "", unit = ""] = /^(\d+)\s*([kKMG])/.exec(text) ?? assert.fail(`${text} is no size`);
  return Number(digits) * 1024 ** (1 + "kMG".indexOf(unit.replace("K", "k")));
}

function mib(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 2)} MiB`;
}
