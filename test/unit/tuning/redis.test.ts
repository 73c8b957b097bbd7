import { describeRedisLike } from "./redis-like.ts";

describe("redis", () => {
  describeRedisLike("redis");
});
