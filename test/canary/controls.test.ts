import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { BINARY } from "../binary/support/scratch-image.ts";
import { describeWhere } from "../e2e/support/requirements.ts";
import { Canary } from "./support/canary.ts";
import { Lane } from "./support/lane.ts";
import { NEEDS } from "./support/needs.ts";

const ESCAPES: Readonly<Record<string, (text: string) => string>> = {
  raw: (text) => text,
  "in JSON": (text) => JSON.stringify({ text }),
  "in JSON of ASCII": (text) =>
    JSON.stringify(text).replaceAll(/[^ -~]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`),
  "as JSON with every character escaped": (text) =>
    text.replaceAll(/[^]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`),
  "in a URL": encodeURIComponent,
  "in a URL with every byte escaped": (text) =>
    [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""),
  "in XML": (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;"),
  "in base64": (text) => Buffer.from(text).toString("base64"),
  "in base64 behind one byte": (text) => Buffer.from(`x${text}`).toString("base64"),
  "in base64 behind two bytes": (text) => Buffer.from(`xx${text}`).toString("base64"),
  "in hex": (text) => Buffer.from(text).toString("hex"),
  "in upper-case hex": (text) => Buffer.from(text).toString("hex").toUpperCase(),
  "in a V8 error": (text) => messageOf(() => JSON.parse(text)),
  "in a V8 error behind other text": (text) => messageOf(() => JSON.parse(`{"password":${text}`)),
};

describe("the search for a value", () => {
  const canary = new Canary();
  for (const [how, write] of Object.entries(ESCAPES))
    it(`finds it ${how}`, () => {
      assert.notEqual(canary.findInText(`some words, ${write(canary.text)}, more`).length, 0);
    });

  it("finds it in UTF-16, and in a part of six characters", () => {
    assert.notEqual(canary.findInDisk(Buffer.from(canary.text, "utf16le")).length, 0);
    assert.notEqual(canary.findInText(`near ${canary.text.slice(1, 7)}`).length, 0);
  });

  it("finds nothing where there is nothing", () => {
    assert.deepEqual(canary.findInText("some words"), []);
    assert.deepEqual(canary.findInText(new Canary().text), []);
  });
});

describeWhere(NEEDS, "the search of a machine", function () {
  this.timeout(60_000);
  let lane: Lane;

  before(async function () {
    if (!existsSync(BINARY)) this.skip();
    lane = await Lane.open(BINARY);
    await lane.prepare({});
  });
  after(async () => lane?.close());

  // Each as a program would do it that leaks; `$V` is the value.
  for (const [place, leak] of Object.entries({
    stdout: 'printf %s "$V"',
    stderr: 'printf %s "$V" >&2',
    "/proc/<pid>/cmdline": 'sleep 0.2 "$V" || sh -c "sleep 0.2" "$V"',
    "/proc/<pid>/environ": "sleep 0.1",
    "etc/app/file": 'printf %s "$V" >/etc/app/file',
    "run/parbake/report.json": 'printf %s "$V" >/run/parbake/report.json',
    "run/parbake/secrets/..gen-1/.versions.json":
      'mkdir -p /run/parbake/secrets/..gen-1; printf %s "$V" >/run/parbake/secrets/..gen-1/.versions.json',
    "the name of a file": 'touch "/var/lib/$V"',
  }))
    it(`finds it in ${place}`, async () => {
      const V = lane.canaries[0].text.split("\n")[0]!;
      const run = await lane.machine.shell(leak, { env: { V } });
      const traces = lane.search(run, "planted");
      assert.ok(
        traces.some((trace) => trace.startsWith(`planted: in ${place},`)),
        traces.join("\n"),
      );
      await lane.machine.shell('rm -f "/var/lib/$V"', { env: { V } });
      await lane.prepare({});
    });

  it("finds it on the disk, in a file that was removed", async () => {
    const one = await Lane.open(BINARY);
    const { status, stderr } = await one.machine.shell('printf %s "$V" >/var/gone; sync /var/gone; rm /var/gone', {
      env: { V: one.canaries[1].text },
    });
    assert.equal(status, 0, stderr);
    assert.ok(![...one.machine.files().keys()].includes("var/gone"));
    assert.match((await one.close()).join("\n"), /^in the blocks of the disk, raw: /);
  });

  it("leaves alone the secrets folder, where it belongs", async () => {
    const run = await lane.machine.shell("true");
    writeFileSync(lane.machine.path("/run/parbake/secrets/value"), lane.canaries[0].text);
    assert.deepEqual(lane.search(run, "in place"), []);
  });
});

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return String(error);
  }
  throw new Error("it did not fail");
}
