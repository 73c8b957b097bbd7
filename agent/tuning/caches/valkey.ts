// Valkey, every version of it.

import { redisProfile } from "./redis-profile.ts";

export const valkey = redisProfile("valkey", "a Valkey server", "valkey-io/valkey, valkey.conf");
