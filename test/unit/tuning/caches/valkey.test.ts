import { describeRedisLike } from "../../support/redis-like.ts";

describe("valkey", () => {
  describeRedisLike("valkey");
});
