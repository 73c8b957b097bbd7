// All loads that scripts/bench-programs runs, in the order of its table.

import { etcdLoads } from "./etcd.ts";
import { gunicornLoads } from "./gunicorn.ts";
import { haproxyLoads } from "./haproxy.ts";
import { javaLoads } from "./java.ts";
import { kafkaLoads } from "./kafka.ts";
import type { Load } from "./load.ts";
import { mariadbLoads } from "./mariadb.ts";
import { memcachedLoads } from "./memcached.ts";
import { natsLoads } from "./nats.ts";
import { nginxLoads } from "./nginx.ts";
import { nodeLoads } from "./node.ts";
import { phpFpmLoads } from "./php-fpm.ts";
import { postgresqlLoads } from "./postgresql.ts";
import { prometheusLoads } from "./prometheus.ts";
import { rabbitmqLoads } from "./rabbitmq.ts";
import { redisLoads } from "./redis.ts";

export const LOADS: readonly Load[] = [
  ...postgresqlLoads,
  ...mariadbLoads,
  ...redisLoads,
  ...memcachedLoads,
  ...javaLoads,
  ...kafkaLoads,
  ...nodeLoads,
  ...phpFpmLoads,
  ...gunicornLoads,
  ...nginxLoads,
  ...haproxyLoads,
  ...rabbitmqLoads,
  ...natsLoads,
  ...prometheusLoads,
  ...etcdLoads,
];
