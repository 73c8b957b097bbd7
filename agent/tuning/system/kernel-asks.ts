// What each profile asks of the kernel that all apps share. Decides nothing: `sysctl` does.

import { MIB } from "../../size.ts";
import type { Neighbour } from "../profile/profile.ts";

/** What a profile asks for, and who says so. */
interface Ask<Value> {
  readonly value: Value;
  readonly source: string;
}

type AskByProfile<Value> = Readonly<Record<string, Ask<Value>>>;

/** An ask, and the app that has it. */
export interface AppAsk<Value> extends Ask<Value> {
  readonly app: string;
}

const REDIS = "redis/redis, src/syscheck.c";
const VALKEY = "valkey-io/valkey, src/syscheck.c";
const MONGODB_NOTES = "mongodb.com, manual, production notes";
const MONGODB_TCMALLOC = "mongodb.com, manual, TCMalloc performance";
const TUNED_POSTGRESQL = "redhat-performance/tuned, profiles/postgresql";
const CLICKHOUSE = "clickhouse.com, OSS usage recommendations";
const KUBELET = "kubernetes/kubernetes, container_manager_linux.go, setupKernelTunables";
const ENA = "amzn/amzn-drivers, ENA_Linux_Best_Practices.rst";

/** The most that vm.swappiness may be: these apps keep in memory what they read. */
export const SWAPPINESS: AskByProfile<number> = {
  cassandra: { value: 1, source: "docs.datastax.com, recommended production settings: no swap" },
  elasticsearch: { value: 1, source: "elastic.co, disable swapping" },
  kafka: { value: 1, source: "documentation.ubuntu.com, charmed-kafka, performance tuning" },
  mongodb: { value: 1, source: MONGODB_NOTES },
  opensearch: { value: 1, source: "docs.opensearch.org, important settings: no swap" },
  postgresql: { value: 3, source: TUNED_POSTGRESQL },
  zookeeper: { value: 1, source: "zookeeper.apache.org, administrator's guide: avoid swapping" },
};

/**
 * vm.overcommit_memory: a fork of Redis reserves as much memory again, and touches hardly any of it. PostgreSQL's 2 is not
 * among them: it would refuse memory that forks and JVMs on the same machine only reserve.
 */
export const OVERCOMMIT_MEMORY: AskByProfile<number> = {
  kubelet: { value: 1, source: KUBELET },
  mongodb: { value: 1, source: MONGODB_TCMALLOC },
  redis: { value: 1, source: REDIS },
  valkey: { value: 1, source: VALKEY },
};

/**
 * Where writing back begins, and where writers wait for it: with the kernel's 10 and 20 % a checkpoint is written all at
 * once.
 */
export const DIRTY_BACKGROUND_BYTES: AskByProfile<number> = {
  postgresql: { value: 64 * MIB, source: TUNED_POSTGRESQL },
};
export const DIRTY_BYTES: AskByProfile<number> = {
  postgresql: { value: 512 * MIB, source: TUNED_POSTGRESQL },
};

/**
 * Percent of the memory to keep free: these apps fill it with page cache while packets arrive, and the network driver cannot
 * wait until the kernel reclaims pages.
 */
export const FREE_PERCENT: AskByProfile<number> = {
  cassandra: { value: 1, source: ENA },
  clickhouse: { value: 1, source: ENA },
  elasticsearch: { value: 1, source: ENA },
  kafka: { value: 1, source: ENA },
  opensearch: { value: 1, source: ENA },
};

export type Thp = "never" | "madvise" | "always";

/**
 * Transparent huge pages. `madvise` means none for a program that does not ask for them, as Redis and PostgreSQL, and gives
 * them to one that does, as a JVM with -XX:+UseTransparentHugePages. MongoDB's is for 8.0 and newer.
 */
export const THP: AskByProfile<Thp> = {
  clickhouse: { value: "madvise", source: CLICKHOUSE },
  mongodb: { value: "always", source: MONGODB_TCMALLOC },
  postgresql: { value: "madvise", source: TUNED_POSTGRESQL },
  redis: { value: "madvise", source: REDIS },
  valkey: { value: "madvise", source: VALKEY },
  varnish: { value: "madvise", source: "varnish-cache.org, installation, platform notes" },
};

/** In the order of the config. */
export function listAsks<Value>(
  byProfile: AskByProfile<Value>,
  neighbours: readonly Neighbour[],
): readonly AppAsk<Value>[] {
  return neighbours.flatMap(({ name, profile }) => {
    const ask = Object.hasOwn(byProfile, profile) ? byProfile[profile] : undefined;
    return ask ? [{ app: name, ...ask }] : [];
  });
}

/** As an input of a formula that ends in `asked for by apps`. */
export function nameApps(asks: readonly AppAsk<unknown>[]): { readonly apps: string } {
  return { apps: asks.map(({ app }) => app).join(" and ") };
}
