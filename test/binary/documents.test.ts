// What the documents tell people to type is typed: each command of parbake's in a block of `sh` runs on an image and ends well, and each
// block of `console` prints what stands there. `UPDATE=1` writes what comes out.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startEmulator, type Emulator } from "../../scripts/emulator/emulator.ts";
import {
  fillPlaceholders,
  listCommands,
  listRefusals,
  PAGES,
  readBlocks,
  readDialogues,
  readPage,
  TOP,
  type Block,
  type Dialogue,
} from "../support/documents.ts";
import { makeFolder } from "../support/folders.ts";
import { imageOf, instanceOf } from "../unit/support/fleet-world.ts";
import { BINARY, makeScratchImage, runProgram, type Outcome, type ScratchImage } from "./support/scratch-image.ts";

/** The image that the documents talk of. */
const CONFIG = `apps:
  db: { profile: postgresql, memory: { weight: 3, min: 512MiB }, options: { version: 16 } }
  api: { profile: jvm, memory: { weight: 1, min: 512MiB } }
  web: { profile: nginx }
seal: { updates: ignore }
files:
  - { template: web.txt.hbs, path: /etc/web/web.txt, onChange: { reload: web.service } }
`;

const WORLD = {
  images: [imageOf({ id: "ami-00000000000000001", name: "web-1", age: 3, family: "web" })],
  instances: [instanceOf(1, { image: "ami-00000000000000001", group: "web", spot: false })],
};

/** What no test of a document can type, by how it begins, and why. */
const ELSEWHERE: readonly (readonly [command: RegExp, reason: string])[] = [
  [/^(sudo|apt|dnf|npm|alias|mocha|npx) /, "changes the machine, or takes minutes"],
  [/^scripts\/|^\.\/scripts\//, "takes minutes, and has tests of its own"],
  [/^(systemctl|journalctl) /, "it needs systemd: test/e2e"],
  [/^(aws|packer|ssh|curl|sed|export|cd|head|for) |^\w+=\$\(aws /, "it needs an account of AWS"],
  [/^parbake (apply --confirm|confirm|revert)/, "it needs systemd: test/e2e/confirm.test.ts"],
  [/^parbake status --wait/, "it needs systemd: test/e2e/boot.test.ts"],
];

const BLOCKS = PAGES.flatMap(readBlocks).filter(({ notRun }) => notRun === null);
const SCRIPTS = BLOCKS.filter(({ language }) => language === "sh");
const CONSOLES = BLOCKS.filter(({ language }) => language === "console");

describe("the documents", function () {
  this.timeout(120_000);
  let emulator: Emulator;
  let image: ScratchImage;
  let folder: string;

  before(async () => {
    emulator = await startEmulator({ world: WORLD });
    image = makeScratchImage(CONFIG);
    image.write("etc/parbake/templates/web.txt.hbs", "workers={{apps.web.worker_processes}}\n");
    image.write("etc/os-release", 'ID=debian\nVERSION_ID="12"\n');
    for (const unit of ["web.service", "nginx.service", "postgresql@.service"])
      image.write(`usr/lib/systemd/system/${unit}`, "[Service]\nExecStart=/bin/true\n");
    folder = makeFolder("/tmp", "documents", "run");
    mkdirSync(join(folder, "bin"));
    // Whatever is asked is asked of the image.
    const wrapper = `#!/bin/sh\ncase " $* " in *" --root "* | *" fleet "*) ;; *) set -- "$@" --root ${image.root} ;; esac\nexec ${BINARY} "$@"\n`;
    writeFileSync(join(folder, "bin/parbake"), wrapper, { mode: 0o755 });
    for (const command of ["parbake apply", "parbake plan --json >plan.json"])
      assert.equal((await type(command)).status, 0, command);
  });
  after(() => emulator.close());

  function type(command: string): Promise<Outcome> {
    const script = `cd ${folder}; PATH=${folder}/bin:$PATH; ROOT=${image.root}; ${fillPlaceholders(command)}`;
    return runProgram(emulator, ["sh", "-c", script], { AWS_REGION: "eu-west-1", COLUMNS: "120" });
  }

  for (const block of SCRIPTS)
    it(`can be typed: ${block.page}:${block.line}`, async () => {
      for (const command of listCommands(block)) {
        if (ELSEWHERE.some(([each]) => each.test(command))) {
          assert.deepEqual(listRefusals(command), []);
          for (const [script] of command.matchAll(/(?<=^|\s|\.\/)scripts\/[\w./-]+/g))
            assert.ok(existsSync(join(TOP, script)), script);
          continue;
        }
        assert.match(command, /^parbake /, "mark the block `<!-- not run: why -->`, or add it to ELSEWHERE");
        const { status, stdout, stderr } = await type(command);
        assert.equal(status, 0, `${command}\n${stdout}${stderr}`);
      }
    });

  for (const block of CONSOLES)
    it(`prints what stands there: ${block.page}:${block.line}`, async () => {
      const said: Dialogue[] = [];
      for (const { command } of readDialogues(block)) said.push({ command, output: await answer(command) });
      if (process.env["UPDATE"] === "1") update(block, said);
      else assert.deepEqual(said, readDialogues(block));
    });

  /** Both streams, as a terminal shows them. */
  async function answer(command: string): Promise<string> {
    const { stdout } = await type(`{ ${command}; } 2>&1`);
    return stdout.replaceAll(image.root, "");
  }

  function update({ page, text }: Block, said: readonly Dialogue[]): void {
    const now = said.map(({ command, output }) => `$ ${command}\n${output}`).join("");
    writeFileSync(
      join(TOP, page),
      readPage(page).replace(text, () => now),
    );
  }
});
