// Redis 7 and newer.

import { redisProfile } from "./redis-profile.ts";

export const redis = redisProfile("redis", "a Redis server, 7 or newer", "redis/redis, redis.conf");
