import assert from "node:assert/strict";
import type { FleetOptions } from "../../../scripts/fleet/fleet.ts";
import { startFleet, type FleetRun, type Quotas } from "../../../scripts/fleet/start-fleet.ts";

const INSTANCES = 200;
const FLEET: FleetOptions = {
  instances: INSTANCES,
  secretsEach: 1,
  deadlineMs: 60_000,
  spreadMs: 0,
  batch: false,
  startJitterMs: 0,
  seed: 1,
};
// Of AWS's quota, 200 a second would be the share of 200 instances in a fleet of ten thousand.
const QUOTAS: Quotas = {
  GetSecretValue: { perSecond: 50, burst: 50 },
  BatchGetSecretValue: { perSecond: 200, burst: 200 },
};

describe("a fleet that starts at once", () => {
  const start = (options: Partial<FleetOptions>): Promise<FleetRun> => startFleet({ ...FLEET, ...options }, QUOTAS, 1);

  it("comes up whole under a quota for a quarter of its calls, without a storm of retries", async () => {
    const { boots, calls } = await start({});
    assert.equal(boots.length, INSTANCES);
    assert.deepEqual([...new Set(boots.map(({ refusal }) => refusal))], [null]);
    assert.equal(calls.filter(({ isThrottled }) => !isThrottled).length, INSTANCES);
    assert.equal(calls.length, sumCalls(boots));
    assert.ok(calls.length > 400, `only ${calls.length} calls: the quota was none`);
    assert.ok(calls.length < 600, `${calls.length} calls`);
    assert.ok(Math.max(...boots.map((boot) => boot.calls)) <= 8);
    const tenthsOfRetries = new Set(calls.slice(INSTANCES).map(({ atMs }) => Math.floor(atMs / 100)));
    assert.ok(tenthsOfRetries.size >= 20, `retries in step, in ${tenthsOfRetries.size} tenths of a second`);
  });

  it("makes no call in vain when its start is spread over more time than the quota needs", async () => {
    const { boots, calls } = await start({ instances: 100, startJitterMs: 10_000 });
    assert.deepEqual([...new Set(boots.map((boot) => [boot.refusal, boot.calls].join()))], [",1"]);
    assert.equal(calls.filter(({ isThrottled }) => isThrottled).length, 0);
  });

  it("asks once for each instance in batches, under the quota of batches", async () => {
    const { boots, calls } = await start({ instances: 60, batch: true, secretsEach: 3 });
    assert.deepEqual([...new Set(boots.map((boot) => [boot.refusal, boot.calls].join()))], [",1"]);
    assert.deepEqual([...new Set(calls.map(({ operation }) => operation))], ["BatchGetSecretValue"]);
  });
});

function sumCalls(boots: FleetRun["boots"]): number {
  return boots.reduce((total, { calls }) => total + calls, 0);
}
