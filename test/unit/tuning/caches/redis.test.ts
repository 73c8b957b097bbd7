import { describeRedisLike } from "../../support/redis-like.ts";

describe("redis", () => {
  describeRedisLike("redis");
});
