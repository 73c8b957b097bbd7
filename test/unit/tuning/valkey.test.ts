import { describeRedisLike } from "./redis-like.ts";

describe("valkey", () => {
  describeRedisLike("valkey");
});
