// What a bake runs asks nobody and changes nothing: as the kernel sees it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeWhere } from "../e2e/support/requirements.ts";
import { makeFolder } from "../support/folders.ts";
import { readJunit } from "../unit/support/read-junit.ts";
import { BINARY, makeScratchImage, runProgram, type Outcome, type ScratchImage } from "./support/scratch-image.ts";

const CONFIG = `launchOn: [m7g.*, "r7i.{large..8xlarge}", t3.nano]
apps: { web: { profile: nginx } }
secretsGuarantee: swappable
secrets: { db: { id: prod/db, keys: { password: { file: db/password } } } }
files: [ { template: web.txt.hbs, path: /etc/web/web.txt } ]
`;

/** Of the network all but sockets of the kernel's own; of files all that changes one. Names that an architecture lacks are left out. */
const CALLS = [
  ..."socket connect bind listen accept4 sendto sendmsg".split(" "),
  ..."open openat creat truncate ftruncate rename renameat renameat2 link linkat symlink symlinkat unlink unlinkat".split(
    " ",
  ),
  ..."mkdir mkdirat rmdir mknod mknodat chmod fchmod fchmodat chown fchown lchown fchownat utimensat".split(" "),
  ..."setxattr lsetxattr fsetxattr removexattr mount umount2 execve".split(" "),
];

describeWhere({ programs: ["strace"] }, "a check and a dry run, as the kernel sees them", function () {
  this.timeout(60_000);
  let image: ScratchImage;
  let folder: string;
  before(() => {
    image = makeScratchImage(CONFIG);
    folder = makeFolder(tmpdir(), "dry-run", "run");
  });
  after(() => image.remove());

  async function trace(...words: string[]): Promise<Outcome & { readonly calls: readonly string[] }> {
    const file = join(folder, "trace");
    const names = CALLS.map((call) => `?${call}`).join(",");
    const strace = ["strace", "-qq", "-f", "--seccomp-bpf", "-o", file, "-e", `trace=${names}`];
    const outcome = await runProgram(null, [...strace, BINARY, ...words, "--root", image.root]);
    const lines = readFileSync(file, "utf8").split("\n");
    return { ...outcome, calls: lines.filter((line) => /^\d+ +\w+\(/.test(line) && !isHarmless(line)) };
  }

  // The program itself is started, libraries and inputs are read; what is in /proc is the process's own.
  function isHarmless(line: string): boolean {
    if (/^\d+ +execve\("[^"]*\/parbake"/.test(line)) return true;
    return (
      /^\d+ +open(?:at)?\(/.test(line) &&
      (!/O_WRONLY|O_RDWR|O_CREAT/.test(line) || /"\/(?:dev\/null|proc\/self\/coredump_filter)"/.test(line))
    );
  }

  for (const words of [["check"], ["apply", "--dry-run"], ["plan", "--diff"], ["check", "--instance-type", "m7g.*"]])
    it(`asks nobody and changes nothing: ${words.join(" ")}`, async () => {
      const before = image.snapshot();
      const { stdout, stderr, calls } = await trace(...words);
      assert.match(stdout, /^ok {2,}m7g\.16xlarge/m, stderr);
      assert.deepEqual(calls, []);
      assert.deepEqual(image.snapshot(), before);
    });

  it("asks where it is told to: the tracer sees that", async () => {
    const { calls } = await trace("plan", "--check-access", "--deadline", "2s");
    assert.ok(
      calls.some((line) => /^\d+ +connect\(.*sin_port=htons\(9\)/.test(line)),
      calls.join("\n"),
    );
  });

  it("writes the JUnit file and nothing else where one is asked for", async () => {
    const file = join(folder, "j.xml");
    const { status, calls } = await trace("check", "--junit", file);
    assert.equal(status, 0);
    assert.equal(readJunit(readFileSync(file, "utf8")).length, 15);
    assert.deepEqual(
      calls.filter((line) => !line.includes(`"${folder}/`)),
      [],
    );
    assert.ok(calls.some((line) => /rename/.test(line)));
  });
});
