// The table: every boot that an image must get through, and what is promised for each.

import type { Fault } from "../emulator/faults.ts";
import type { WorldInput } from "../emulator/world.ts";
import { MEMORY_ROWS } from "./memory-rows.ts";
import { NETWORK_ROWS } from "./network-rows.ts";
import { EMULATED, extraFile, type Held, none, ofHardware, WELL } from "./row-parts.ts";
import type { Row } from "./row.ts";

const allOfThem: Held = () => true;
const withSecrets: Held = ({ wave }) => wave === "secrets";
const withLastSecret: Held = (needs, secrets) => needs.secrets.some((id) => id === secrets.at(-1));
const beyondHardware: Held = ({ wave }) => wave !== "hardware";

const imds = (fault: Omit<Fault, "match">, path?: string): WorldInput => ({
  faults: [{ match: { service: "imds", ...(path === undefined ? {} : { path }) }, ...fault }],
});
const secretsManager = (fault: Omit<Fault, "match">): WorldInput => ({
  faults: [{ match: { service: "secretsmanager" }, ...fault }],
});

/** What the last run says of itself. */
const REPORT = ["cat", "/run/parbake/report.json"];

export const ROWS: readonly Row[] = [
  { name: "plain", title: "nothing is wrong", machine: "container", promises: WELL },
  {
    name: "network-late",
    title: "the network comes 20 s late",
    machine: "container",
    network: { afterMs: 20_000 },
    promises: WELL,
  },
  {
    name: "imds-late",
    title: "IMDS gives no answer for 15 s",
    machine: "container",
    world: imds({ forMs: 15_000, do: { kind: "hang" } }),
    promises: WELL,
  },
  {
    name: "imds-503",
    title: "IMDS answers 503 for 10 s",
    machine: "container",
    world: imds({ forMs: 10_000, do: { kind: "status", status: 503 } }),
    promises: WELL,
  },
  {
    name: "imds-away",
    title: "no IMDS at all",
    machine: "container",
    network: { away: ["imds"] },
    promises: { ...WELL, held: beyondHardware, says: /IMDS gets lost/, status: 69 },
  },
  {
    name: "imds-off",
    title: "IMDS is switched off (HttpEndpoint=disabled)",
    machine: "container",
    world: imds({ do: { kind: "switched-off" } }),
    promises: { ...WELL, held: beyondHardware, says: /it is switched off/, status: 69 },
  },
  {
    name: "hop-limit",
    title: "the hop limit loses IMDS's token",
    machine: "container",
    world: imds({ do: { kind: "hang" } }, "/latest/api/token"),
    promises: { ...WELL, held: beyondHardware, says: /hop limit/i, status: 69 },
  },
  {
    name: "imds-truncated",
    title: "IMDS's first twenty answers break off or are slow",
    machine: "container",
    world: {
      faults: [
        { match: { service: "imds", method: "GET" }, times: 10, do: { kind: "garbage", as: "truncated" } },
        { match: { service: "imds", method: "GET" }, times: 10, do: { kind: "slow", bytesPerSecond: 8 } },
      ],
    },
    promises: WELL,
  },
  {
    name: "ipv6-only",
    title: "a subnet without IPv4",
    machine: "container",
    network: { family: "ipv6" },
    promises: WELL,
  },
  {
    name: "no-role",
    title: "the instance has no role",
    machine: "container",
    needsSecret: true,
    world: { imds: { role: null } },
    promises: { ...WELL, held: withSecrets, says: /this instance has no role/, status: 69 },
  },
  {
    name: "role-late",
    title: "the role's credentials come 10 s late",
    machine: "container",
    world: imds({ do: { kind: "not-yet", forMs: 10_000 } }),
    promises: WELL,
  },
  {
    name: "aws-away",
    title: "Secrets Manager cannot be reached",
    machine: "container",
    needsSecret: true,
    network: { away: ["aws"] },
    promises: { ...WELL, held: withSecrets, says: /no answer|AWS_ENDPOINT_URL/, status: 69 },
  },
  {
    name: "throttled",
    title: "Secrets Manager throttles for 10 s",
    machine: "container",
    world: secretsManager({ forMs: 10_000, do: { kind: "throttle", perSecond: 0 } }),
    promises: WELL,
  },
  {
    name: "denied",
    title: "one secret is denied",
    machine: "container",
    needsSecret: true,
    denied: true,
    promises: { ...WELL, held: withLastSecret, says: /secretsmanager:GetSecretValue/, status: 77 },
  },
  {
    name: "clock-skew",
    title: "the clock is an hour behind AWS's",
    machine: "container",
    world: { clockAheadSeconds: 3_600 },
    promises: WELL,
  },
  {
    name: "template-broken",
    title: "one template is broken",
    machine: "container",
    layer: extraFile("{{#if apps}} no end", ""),
    promises: { held: allOfThem, says: /simulated\.conf\.hbs/, status: 65 },
  },
  {
    name: "validator-fails",
    title: "one file's validator refuses it",
    machine: "container",
    layer: extraFile("a line", ", validate: [/bin/false]"),
    promises: { held: ofHardware, says: /\/bin\/false/, status: 65 },
  },
  {
    name: "mount-fails",
    title: "the mount of the secrets folder fails",
    machine: "container",
    layer: { files: { "etc/systemd/system/run-parbake-secrets.mount.d/fails.conf": "[Mount]\nType=nonesuch\n" } },
    // /run is memory too, and nothing swaps there: the folder in it will do.
    promises: WELL,
  },
  {
    name: "read-only",
    title: "the root is read-only",
    machine: "container",
    disk: "read-only",
    promises: { held: allOfThem, says: /read-only/i, status: 73 },
  },
  {
    name: "read-only-disk",
    title: "the root is a disk that is mounted read-only",
    machine: "emulated",
    disk: "read-only",
    promises: { held: allOfThem, says: /read-only/i, status: 73 },
  },
  {
    name: "disk-full",
    title: "the disk is full",
    machine: "container",
    disk: "full",
    layer: { files: { "etc/machine-id": "5e4c1f0f3c5d4a6b8b7a9d0e1f2a3b4c\n" } },
    promises: { held: allOfThem, says: /no space|full/i, status: 73 },
  },
  {
    name: "killed",
    title: "parbake is killed while it waits for a secret",
    machine: "container",
    needsSecret: true,
    world: secretsManager({ times: 1, do: { kind: "delay", ms: 5_000 } }),
    event: { kind: "kill" },
    promises: { held: none, says: /Failed to start parbake\.se/, status: 0 },
  },
  {
    name: "resized",
    title: "stopped, made a larger type, started",
    machine: "container",
    event: { kind: "again", world: { imds: { values: { "meta-data/instance-type": "m6i.4xlarge" } } } },
    promises: { ...WELL, tells: [{ argv: REPORT, text: /"change": "resized"/ }] },
  },
  {
    name: "cloned",
    title: "an image of a running instance, booted as another one",
    machine: "container",
    event: { kind: "again", world: { imds: { values: { "meta-data/instance-id": "i-0fedcba9876543210" } } } },
    promises: { ...WELL, tells: [{ argv: REPORT, text: /"change": "another"/ }] },
  },
  ...MEMORY_ROWS,
  {
    name: "power-cut",
    title: "the power goes while parbake waits for a secret",
    machine: "emulated",
    needsSecret: true,
    memoryMiB: 1024,
    world: secretsManager({ times: 1, do: { kind: "delay", ms: 5_000 } }),
    event: { kind: "power-cut" },
    promises: EMULATED,
  },
  ...NETWORK_ROWS,
];
