import assert from "node:assert/strict";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { startEmulator } from "../../scripts/emulator/emulator.ts";
import { CONFIG, MISTAKES, TEMPLATE, WORLD, type Mistake } from "./support/mistakes.ts";
import { BINARY, makeScratchImage, runProgram, type Outcome, type ScratchImage } from "./support/scratch-image.ts";

/** What is said of each: to be read by whoever changes it. `UPDATE=1` writes it anew. */
const GOLDEN = new URL("mistakes.txt", import.meta.url);
const AS_NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
const isRoot = process.geteuid!() === 0;

function makeImage({ config, template, prepare }: Mistake): ScratchImage {
  const image = makeScratchImage(replaceOnce(CONFIG, config));
  image.write("etc/parbake/templates/web.conf.hbs", replaceOnce(TEMPLATE, template));
  image.write("usr/lib/systemd/system/web.service", "[Service]\nExecStart=/bin/true\n");
  chmodSync(image.root, 0o755);
  prepare?.(image);
  return image;
}

function replaceOnce(text: string, [right, wrong]: readonly [string, string] = ["", ""]): string {
  assert.ok(text.includes(right), right);
  return text.replace(right, () => wrong);
}

async function make(mistake: Mistake): Promise<Outcome> {
  const image = makeImage(mistake);
  const emulator = mistake.world === null ? null : await startEmulator({ world: mistake.world ?? WORLD });
  try {
    const user = mistake.asNobody === true ? AS_NOBODY : [];
    const words = [...wordsOf(mistake), "--log-level", "error", "--root", image.root];
    const { status, stdout, stderr } = await runProgram(emulator, [...user, BINARY, ...words]);
    return { status, stdout, stderr: withoutChance(stderr.replaceAll(image.root, "")) };
  } finally {
    await emulator?.close();
    image.remove();
  }
}

/** Which port the emulator has, and how often parbake asked. */
function withoutChance(stderr: string): string {
  return stderr
    .replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, "http://HOST")
    .replaceAll(/in \d\.\d s \(\d+ tries/g, "in N s (N tries");
}

function wordsOf({ words = ["check"] }: Mistake): readonly string[] {
  return words;
}

describe("a mistake", () => {
  const golden = new Map(
    readFileSync(GOLDEN, "utf8")
      .split(/^# /m)
      .map((block) => [block.slice(0, block.indexOf("\n")), block.slice(block.indexOf("\n") + 1)] as const),
  );
  const said: string[] = [];

  for (const mistake of MISTAKES) {
    it(`gets one line that says where, what, and how to fix it: ${mistake.title}`, async function () {
      if (mistake.asNobody === true && !isRoot) this.skip();
      const { status, stdout, stderr } = await make(mistake);
      assert.equal(stdout, "");
      assert.match(stderr, /^parbake: [^\n]+[.:] [^\n]+[.?]\n$/);
      const block = `$ parbake ${wordsOf(mistake).join(" ")}\n${stderr.slice("parbake: ".length)}status ${status}\n\n`;
      said.push(`# ${mistake.title}\n${block}`);
      if (process.env["UPDATE"] !== "1") assert.equal(block, golden.get(mistake.title));
    });
  }

  after(() => {
    if (process.env["UPDATE"] === "1") writeFileSync(GOLDEN, said.join(""));
  });

  it("is none where nothing is mistaken", async () => {
    const { status, stderr } = await make({ title: "none" });
    assert.deepEqual([status, stderr], [0, ""]);
  });
});
