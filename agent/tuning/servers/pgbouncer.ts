// Tunes PgBouncer: as many clients as the memory bears, one thread serving them all whatever the CPUs, and as many open files.

import { KIB, MIB } from "../../size.ts";
import { byGiven, byOption, count } from "../profile/build-setting.ts";
import type { Allotment, OptionRules, Options, Profile, Setting } from "../profile/profile.ts";
import { numberOption, optionalNumber } from "../profile/read-option.ts";

const CONFIG = "pgbouncer/pgbouncer, doc/config.md";
const CLIENTS = "measured in PgBouncer 1.18, which documents 2 kB for an idle connection";
const AZURE = "learn.microsoft.com, server parameters of PgBouncer: max_client_conn, 5000";
const FILES = "pgbouncer/pgbouncer, src/main.c, check_limits, and doc/config.md, max_client_conn";

/** 8.5 MiB measured on 1.18; the other half holds users, and the queries that are prepared. */
const BASE_BYTES = 16 * MIB;

/** PgBouncer's own default: fewer than that nobody sets. */
const LEAST_CLIENTS = 100;
/** Azure's: one thread serves them all, so that more memory does not mean more clients for ever. */
const USUAL_CLIENTS = 5000;

/** 10 that PgBouncer adds itself, 2 of its console; log, listeners, DNS. */
const OTHER_FILES = 64;

const OPTIONS = {
  // With the others at their most, below the kernel's default of fs.nr_open, 1048576.
  clients: {
    kind: "integer",
    default: null,
    min: LEAST_CLIENTS,
    max: 500_000,
    about: "max_client_conn; by memory, and 5000 at most, if not given",
  },
  poolSize: {
    kind: "integer",
    default: 20,
    min: 1,
    max: 1000,
    about: "default_pool_size: server connections of a pool",
  },
  pools: {
    kind: "integer",
    default: 1,
    min: 1,
    max: 500,
    about: "pools: pairs of a user and a database that clients use",
  },
  // Measured on 1.18 with a query that waits: 7.5 KiB, 20 KiB with TLS. From 1.21 on prepared statements take up to four
  // times pkt_buf (4 KiB) more, by doc/config.md.
  connectionMemory: {
    kind: "size",
    default: 36 * KIB,
    min: 2 * KIB,
    max: 64 * MIB,
    about: "the most that a connection takes, of a client or to a server: TLS, a query that waits, prepared statements",
  },
} satisfies OptionRules;

export const pgbouncer: Profile = {
  name: "pgbouncer",
  about: "a PgBouncer connection pooler",
  options: OPTIONS,
  takesMemory: true,
  // As for nginx: it passes on what others compute.
  usualWeight: 0.25,
  // Its least is PgBouncer's own default.
  useful: () => ({}),
  ladder: [],
  toShrink: "lower the options clients, poolSize, pools or connectionMemory",
  floorBytes: (options) => memoryFor(optionalNumber(options, "clients") ?? LEAST_CLIENTS, options),
  capBytes: (options) => memoryFor(optionalNumber(options, "clients") ?? USUAL_CLIENTS, options),
  tune(allotment, options) {
    const max_client_conn = tuneClients(allotment, options);
    const server_connections = countServers(options);
    return {
      max_client_conn,
      default_pool_size: tunePool(options),
      server_connections,
      LimitNOFILE: count(Number(max_client_conn.value) + Number(server_connections.value) + OTHER_FILES, {
        formula: "max_client_conn + server_connections + otherFiles",
        inputs: {
          max_client_conn: Number(max_client_conn.value),
          server_connections: Number(server_connections.value),
          otherFiles: OTHER_FILES,
        },
        source: FILES,
      }),
    };
  },
};

function serversOf(options: Options): number {
  return numberOption(options, "pools") * numberOption(options, "poolSize");
}

function memoryFor(clients: number, options: Options): number {
  return BASE_BYTES + (clients + serversOf(options)) * numberOption(options, "connectionMemory");
}

function tuneClients({ memoryBytes }: Allotment, options: Options): Setting {
  const given = optionalNumber(options, "clients");
  if (given !== null) return count(given, byGiven("clients", given, CONFIG));
  const connectionBytes = numberOption(options, "connectionMemory");
  const besideBytes = memoryFor(0, options);
  const bearable = Math.floor((memoryBytes - besideBytes) / connectionBytes);
  return count(Math.min(bearable, USUAL_CLIENTS), {
    formula: "min((memoryBytes - besideBytes) / connectionBytes, 5000)",
    inputs: { memoryBytes, besideBytes, connectionBytes },
    source: bearable > USUAL_CLIENTS ? AZURE : CLIENTS,
    boundBy: bearable > USUAL_CLIENTS ? "cap" : null,
    note: "PgBouncer's default of 100 refuses the clients of a second app: an idle one takes 2 KiB",
  });
}

function tunePool(options: Options): Setting {
  const poolSize = numberOption(options, "poolSize");
  return count(poolSize, byOption("poolSize", poolSize, OPTIONS.poolSize, CONFIG));
}

function countServers(options: Options): Setting {
  return count(serversOf(options), {
    formula: "pools * poolSize",
    inputs: { pools: numberOption(options, "pools"), poolSize: numberOption(options, "poolSize") },
    source: CONFIG,
  });
}
