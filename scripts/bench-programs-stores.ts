// The loads of stores and brokers, each at a small share, a usual one and a large one.

import { GIB, MIB } from "../agent/tuning/size.ts";
import { memcachedLoad } from "./bench-programs-memcached.ts";
import { prometheusLoad } from "./bench-programs-prometheus.ts";
import { rabbitmqLoad } from "./bench-programs-rabbitmq.ts";
import { redisLoad } from "./bench-programs-redis.ts";
import type { Load } from "./bench-programs-loads.ts";

const SHARES = [
  { size: { memory: "512MiB", vcpus: 2 }, shareBytes: 512 * MIB },
  { size: { memory: "2GiB", vcpus: 2 }, shareBytes: 2 * GIB },
  { size: { memory: "16GiB", vcpus: 2 }, shareBytes: 16 * GIB },
];

export const STORE_LOADS: readonly Load[] = [memcachedLoad, prometheusLoad, rabbitmqLoad, redisLoad].flatMap((load) =>
  SHARES.map((share) => load(share)),
);
