import assert from "node:assert/strict";
import { existsSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { BINARY } from "../binary/support/scratch-image.ts";
import { describeWhere } from "../e2e/support/requirements.ts";
import { findObstacle } from "../kill/support/machine.ts";
import { killing, listing, readPoints, type Point } from "../kill/support/points.ts";
import { always, FETCH, type Case } from "./support/case.ts";
import { CONTENT_CASES } from "./support/content-cases.ts";
import { Lane, type Variant } from "./support/lane.ts";
import { NEEDS } from "./support/needs.ts";
import { RUN_CASES } from "./support/run-cases.ts";
import { SERVICE_CASES } from "./support/service-cases.ts";

const LEVELS = ["error", "warn", "info", "debug"];
const FORMATS = ["text", "json", "journal"];
const ALL: readonly Variant[] = LEVELS.flatMap((level) => FORMATS.map((format) => ({ level, format })));
const [MOST, LESS] = [ALL.filter(({ level }) => level === "debug"), ALL.filter(({ level }) => level !== "debug")];
const LANES = 2;
const KILLS = 12;

describeWhere(NEEDS, "the value of a secret", function () {
  this.timeout(300_000);
  const lanes: Lane[] = [];

  before(async function () {
    if (!existsSync(BINARY)) this.skip();
    for (let lane = 0; lane < LANES; lane++) lanes.push(await Lane.open(BINARY));
  });
  after(async () => {
    for (const lane of lanes.splice(0)) await lane.close();
  });

  for (const [what, cases] of [
    ["whatever Secrets Manager and IMDS answer", SERVICE_CASES],
    ["whatever the secret and the templates are", CONTENT_CASES],
    ["whatever becomes of a run", RUN_CASES],
  ] as const)
    it(`is nowhere but in the secrets folder: ${what}, at every log level and in every format`, async () => {
      await inLanes([...cases.entries()], async (lane, [index, one]) => {
        const traces: string[] = [];
        for (const variant of variantsOf(index, one)) traces.push(...(await lane.play(one, variant)));
        return traces;
      });
    });

  it("is nowhere else where the run is killed while it fetches", async () => {
    const lane = lanes[0]!;
    await lane.prepare({ faults: () => always(FETCH, { kind: "hang" }) });
    const asked = lane.emulator.requests.length;
    const isFetching = () =>
      lane.emulator.requests.slice(asked).some(({ operation }) => operation === "GetSecretValue");
    const run = await lane.parbake("parbake apply", {
      meanwhile: async (pid) => {
        for (let tries = 0; !isFetching() && tries < 1_000; tries++) await sleep(5);
        process.kill(pid, "SIGKILL");
      },
    });
    assert.equal(run.signal, "SIGKILL");
    assert.deepEqual(lane.search(run, "killed"), []);
  });

  const obstacle = findObstacle();
  it(`is nowhere else where the run is killed while it writes${obstacle === null ? "" : ` (skipped: ${obstacle})`}`, async function () {
    if (obstacle !== null) this.skip();
    const points = await listPoints(lanes[0]!);
    assert.ok(points.length >= KILLS, `${points.length} points`);
    let killed = 0;
    await inLanes(spread(points), async (lane, point) => {
      await rotated(lane);
      const first = await lane.parbake(`exec ${killing(point).join(" ")} parbake.real apply`);
      if (first.signal === "SIGKILL") killed += 1;
      const traces = lane.search(first, `killed at ${point.line}`);
      const next = await lane.parbake("parbake apply");
      assert.equal(next.status, 0, next.stderr);
      return [...traces, ...lane.search(next, `after the kill at ${point.line}`)];
    });
    assert.ok(killed > KILLS * 0.8, `${killed} of ${KILLS} were killed`);
  });

  it("is in no block of the disk after all that", async () => {
    const traces: string[] = [];
    for (const lane of lanes.splice(0)) traces.push(...(await lane.close()));
    assert.deepEqual(traces, []);
  });

  /** The traces and the failures of all of them. */
  async function inLanes<T>(items: readonly T[], work: (lane: Lane, item: T) => Promise<string[]>): Promise<void> {
    const queue = [...items];
    const findings: string[] = [];
    const worker = async (lane: Lane): Promise<void> => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift())
        findings.push(...(await work(lane, item).catch((error: unknown) => [String(error)])));
    };
    await Promise.all(lanes.map(worker));
    assert.equal(findings.length, 0, findings.slice(0, 20).join("\n\n"));
  }
});

/** At the level that says most, and every second case at another: each the next, so that all are played with many cases. */
function variantsOf(index: number, { isWhole }: Case): readonly Variant[] {
  if (isWhole) return ALL;
  const most = MOST[index % MOST.length]!;
  return index % 2 === 0 ? [most, LESS[(index / 2) % LESS.length]!] : [most];
}

/** A machine that has one value, where a run is to bring another. */
async function rotated(lane: Lane): Promise<void> {
  await lane.prepare({ app: "onChange: { reload: app.service }" });
  assert.equal((await lane.parbake("parbake apply")).status, 0);
  lane.rotate();
}

/** Of a run, from the first that touches the secrets folder on. */
async function listPoints(lane: Lane): Promise<Point[]> {
  await rotated(lane);
  // In memory that is not the machine's: it shows what is written.
  const file = `/dev/shm/parbake-canary-strace-${process.pid}`;
  try {
    const { status, stderr } = await lane.parbake(`exec ${listing(file).join(" ")} parbake.real apply`);
    assert.equal(status, 0, stderr);
    const points = readPoints(file).filter(({ line }) => !/^writev?\([12]</.test(line));
    return points.slice(points.findIndex(({ line }) => line.includes("/run/parbake/secrets")));
  } finally {
    rmSync(file, { force: true });
  }
}

function spread(points: readonly Point[]): Point[] {
  return Array.from({ length: KILLS }, (_, index) => points[Math.floor((index * points.length) / KILLS)]!);
}
