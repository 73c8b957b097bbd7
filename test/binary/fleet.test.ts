import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { startEmulator } from "../../scripts/emulator/emulator.ts";
import { imageOf, instanceOf } from "../unit/support/fleet-world.ts";
import { BINARY } from "./support/scratch-image.ts";

const PAGE = 1_000;

interface FleetRun {
  readonly status: number | null;
  readonly out: string;
  readonly told: string;
  readonly peakKib: number;
  readonly calls: number;
}

/** A fleet of that size, in which each page of EC2's has an image that is on no other. */
async function runFleet(instances: number, ...words: readonly string[]): Promise<FleetRun> {
  const images = Array.from({ length: instances / PAGE }, (_, index) =>
    imageOf({ id: `ami-${String(index).padStart(17, "0")}`, name: `web-${index}`, age: 90 - index, family: "web" }),
  );
  const world = {
    images,
    instances: Array.from({ length: instances }, (_, index) => {
      const image = images[Math.floor(index / PAGE)]!.ImageId;
      return instanceOf(index, { image, group: `group-${index % 40}`, spot: index % 3 === 0 });
    }),
  };
  const emulator = await startEmulator({ world });
  try {
    const env = { AWS_ENDPOINT_URL: emulator.endpoint, AWS_EC2_METADATA_SERVICE_ENDPOINT: emulator.endpoint };
    const child = spawn(BINARY, ["fleet", "--region", "eu-west-1", ...words], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
    let peakKib = 0;
    const timer = setInterval(() => (peakKib = Math.max(peakKib, readPeakKib(child.pid!))), 20);
    const [status, out, told] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
    clearInterval(timer);
    assert.deepEqual(emulator.surprises, []);
    return { status, out, told, peakKib, calls: emulator.requests.filter(({ service }) => service === "ec2").length };
  } finally {
    await emulator.close();
  }
}

/** 0: it has ended. */
function readPeakKib(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

describe("fleet, in the compiled binary", () => {
  it("goes through fifty thousand instances in a call for each thousand, in the memory that a quarter of them takes", async function () {
    this.timeout(300_000);
    const few = await runFleet(12_000, "--all", "--json");
    const many = await runFleet(50_000, "--all", "--json");
    for (const { status, told } of [few, many]) assert.deepEqual([status, told], [0, ""]);
    const document = JSON.parse(many.out) as { instanceCount: number; instances: unknown[]; images: unknown[] };
    assert.deepEqual([document.instanceCount, document.instances.length, document.images.length], [50_000, 50_000, 50]);
    // Fifty pages, the image of each, and the family once.
    assert.equal(many.calls, 101);
    assert.ok(few.peakKib > 50_000, `${few.peakKib} KiB were not measured`);
    // V8 lets garbage lie up to some size, which the smaller fleet has not wholly reached.
    assert.ok(many.peakKib < 1.7 * few.peakKib, `${many.peakKib} KiB, and ${few.peakKib} for a quarter`);
  });

  it("asks for no more than the pages, the images and their families where each image will do", async () => {
    const { status, out, calls } = await runFleet(3_000, "--max-behind", "1");
    assert.equal(status, 2);
    assert.match(out, /^eu-west-1: 3000 instances of 3 images\n/);
    assert.match(out, /\n1000 of 3000 instances run an image that is not allowed\n$/);
    assert.equal(calls, 5);
  });
});
