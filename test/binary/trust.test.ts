import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { accessList, setXattr } from "../unit/support/xattrs.ts";
import { BINARY, makeScratchImage, runProgram, type Outcome, type ScratchImage } from "./support/scratch-image.ts";

const NOBODY = 65534;
const isRoot = process.geteuid!() === 0;
const describeAsRoot = isRoot ? describe : describe.skip;

const CONFIG = `imds: optional
apps: { web: { profile: nginx } }
files: [ { template: web.txt.hbs, path: /etc/web/web.txt } ]
`;
const NO_IMDS = { AWS_EC2_METADATA_DISABLED: "true" };
const IN_A_NAMESPACE = ["unshare", "--mount", "--propagation", "private", "sh", "-ec"];
const WHO = "who could tell root what to do";

describeAsRoot("what root does, and who else could have written it (as root)", () => {
  let image: ScratchImage;

  beforeEach(() => {
    image = makeScratchImage(CONFIG);
    image.write("etc/parbake/templates/web.txt.hbs", "{{apps.web.worker_processes}}\n");
  });
  afterEach(() => image.remove());

  const at = (path: string) => join(image.root, path);
  const run = (...parameters: string[]) => runProgram(null, [BINARY, ...parameters, "--root", image.root], NO_IMDS);

  function told({ stderr }: Outcome): string[] {
    return stderr.split("\n").flatMap((line) => /^parbake: (?:warn: )?(.*), who could tell root/.exec(line)?.[1] ?? []);
  }

  it("is done where only root may write, be it below a folder that everybody shares and that is sticky", async () => {
    const { status, stderr } = await run("apply");
    assert.equal(status, 0, stderr);
    assert.ok(!stderr.includes(WHO), stderr);
  });

  it("runs no validator of a stranger's drop-in; the same by root is run", async () => {
    const apply = (prepare: string) =>
      runProgram(
        null,
        [
          ...IN_A_NAMESPACE,
          `for folder in /run /var/lib /mnt; do mount -t tmpfs -o mode=0755 none $folder; done
           cp -a "$0/etc/parbake" /mnt/parbake
           mkdir /mnt/web /mnt/parbake/parbake.d
           printf '%s\n' 'files: [ { template: web.txt.hbs, path: /mnt/web/z, validate: [/bin/sh, -c, "id -u > /mnt/ran"] } ]' \\
             > /mnt/parbake/parbake.d/z.yaml
           printf '%s\n' 'imds: optional' 'apps: { web: { profile: nginx } }' > /mnt/parbake/parbake.yaml
           ${prepare}
           "$@" --config /mnt/parbake/parbake.yaml || echo "status $?"
           ! test -e /mnt/ran || echo "the validator ran as $(cat /mnt/ran)"`,
          image.root,
          BINARY,
          "apply",
        ],
        NO_IMDS,
      );
    assert.match((await apply("")).stdout, /the validator ran as 0\n$/);
    const refused = await apply(`chmod 777 /mnt/parbake/parbake.d; chown ${NOBODY} /mnt/parbake/parbake.d/z.yaml`);
    assert.equal(refused.stdout, "status 77\n");
    assert.deepEqual(told(refused), [
      "the folder /mnt/parbake/parbake.d may be written to by every user",
      `/mnt/parbake/parbake.d/z.yaml belongs to the user ${NOBODY}`,
    ]);
  });

  it("runs no program but by its own path: what PATH would find is refused by apply, too", async () => {
    for (const key of ["validate", "healthCheck"]) {
      image.write("etc/parbake/parbake.yaml", CONFIG.replace("web.txt }", `web.txt, ${key}: [touch] }`));
      const { status, stderr } = await run("apply");
      assert.equal(status, 78, stderr);
      assert.match(stderr, /parbake\.yaml:3:\d+: .*the program 'touch' is not absolute\. Give its plain path/);
    }
  });

  it("starts no systemctl of /usr/local, where Debian's group staff may write", async () => {
    image.write("bin/systemctl", "#!/bin/sh\necho asked >>/mnt/asked\n");
    chmodSync(at("bin/systemctl"), 0o755);
    image.write(
      "etc/parbake/parbake.yaml",
      CONFIG.replace("web.txt }", "web.txt, onChange: { reload: web.service } }"),
    );
    const script = `for folder in /run /var/lib /mnt; do mount -t tmpfs -o mode=0755 none $folder; done
      for folder in /usr/local/bin /usr/local/sbin; do mount --bind "$0/bin" $folder; done
      mkdir -p /run/systemd/system; mount --bind "$0/etc" /etc
      "$@" || true; test ! -e /mnt/asked`;
    const { status, stderr } = await runProgram(
      null,
      [...IN_A_NAMESPACE, script, image.root, BINARY, "apply"],
      NO_IMDS,
    );
    assert.equal(status, 0, stderr);
    // That of the machine itself, with nobody to talk to, or none.
    assert.match(stderr, /web\.service: .*systemctl/);
  });

  it("is refused where an access list lets others write, though the group is root's", async function () {
    const set = setXattr(at("etc/parbake/parbake.yaml"), "system.posix_acl_access", accessList(NOBODY, 6));
    if (!set) return this.skip();
    const refused = await run("apply");
    assert.equal(refused.status, 77, refused.stderr);
    const found = /^parbake: (.*), who could tell root what to do\. .*`(.*)`/m.exec(refused.stderr);
    assert.equal(found?.[1], `${at("etc/parbake/parbake.yaml")} may be written to by whom its access list names`);
    await runProgram(null, ["sh", "-c", found[2]!]);
    assert.equal((await run("apply")).status, 0);
    chmodSync(at("etc/parbake/templates/web.txt.hbs"), 0o664);
    assert.equal((await run("apply")).status, 0);
  });

  it("is warned of in one line where a developer's whole checkout is planned by root", async () => {
    for (const name of ["a", "b", "c", "d"]) image.write(`etc/parbake/templates/${name}.hbs`, "");
    await runProgram(null, ["chown", "-R", `${NOBODY}:${NOBODY}`, at("etc/parbake")]);
    const outcome = await run("plan");
    assert.equal(outcome.status, 0, outcome.stderr);
    const [folder, templates] = [at("etc/parbake"), at("etc/parbake/templates")];
    assert.deepEqual(told(outcome), [
      `the folder ${folder}, ${folder}/parbake.yaml, the folder ${templates} and 5 more: each belongs to the user 65534`,
    ]);
  });

  it("is refused with all that others may write, each with the command that fixes it, and nothing is changed", async () => {
    image.write("etc/parbake/environment", "");
    chmodSync(at("etc/parbake/environment"), 0o666);
    mkdirSync(at("opt/store"), { recursive: true });
    renameSync(at("etc/parbake/templates/web.txt.hbs"), at("opt/store/web.txt.hbs"));
    symlinkSync("/opt/store/web.txt.hbs", at("etc/parbake/templates/web.txt.hbs"));
    chownSync(at("opt/store"), 0, NOBODY);
    chmodSync(at("opt/store"), 0o775);
    image.write("opt/app/check", "#!/bin/sh\n");
    chownSync(at("opt/app"), NOBODY, NOBODY);
    image.write("etc/parbake/parbake.yaml", CONFIG.replace("web.txt }", "web.txt, healthCheck: [/opt/app/check] }"));
    const before = image.snapshot();
    const { status, stderr } = await run("apply");
    assert.equal(status, 77, stderr);
    const found = [...stderr.matchAll(/^parbake: (.*), who could tell root what to do\. .*`(.*)`/gm)];
    assert.deepEqual(
      found.map(([, what, fix]) => [what, fix]),
      [
        [
          `${at("etc/parbake/environment")} may be written to by every user`,
          `chmod o-w ${at("etc/parbake/environment")}`,
        ],
        [`the folder ${at("opt/store")} may be written to by the group ${NOBODY}`, `chmod g-w ${at("opt/store")}`],
        [`the folder ${at("opt/app")} belongs to the user ${NOBODY}`, `chown root ${at("opt/app")}`],
      ],
    );
    assert.deepEqual(image.snapshot(), before);
    for (const [, , fix] of found) await runProgram(null, ["sh", "-c", fix!]);
    assert.equal((await run("apply")).status, 0);
  });

  for (const [command, status] of [
    [["plan"], 0],
    [["check"], 0],
    [["tune"], 0],
    [["explain", "web"], 0],
    [["apply", "--dry-run"], 0],
  ] as const) {
    it(`is warned of, once, by ${command.join(" ")}, which only looks`, async () => {
      chmodSync(at("etc/parbake/templates"), 0o777);
      image.write("etc/parbake/templates/two.hbs", "");
      const outcome = await run(...command);
      assert.equal(outcome.status, status, outcome.stderr);
      assert.deepEqual(told(outcome), [`the folder ${at("etc/parbake/templates")} may be written to by every user`]);
    });
  }

  it("is among the warnings of check --json", async () => {
    chmodSync(at("etc/parbake"), 0o777);
    const { stdout } = await run("check", "--json");
    const { warnings } = JSON.parse(stdout) as { warnings: { what: string; fix: string }[] };
    assert.deepEqual(
      warnings.map(({ what }) => what),
      [`the folder ${at("etc/parbake")} may be written to by every user, ${WHO}`],
    );
  });

  it("is refused of a saved plan, and of the programs in it", async () => {
    image.write("opt/check", "#!/bin/sh\n");
    image.write("etc/parbake/parbake.yaml", CONFIG.replace("web.txt }", "web.txt, validate: [/opt/check] }"));
    image.write("plan.json", (await run("plan", "--json")).stdout);
    chmodSync(at("plan.json"), 0o646);
    chmodSync(at("opt/check"), 0o722);
    const refused = await run("apply", "--plan", at("plan.json"));
    assert.equal(refused.status, 77, refused.stderr);
    assert.deepEqual(told(refused), [
      `${at("plan.json")} and ${at("opt/check")}: each may be written to by every user`,
    ]);
    chmodSync(at("plan.json"), 0o644);
    chmodSync(at("opt/check"), 0o755);
    // The image has no shell to run it.
    assert.equal((await run("apply", "--plan", at("plan.json"), "--no-validators")).status, 0);
  });

  it("is not done by a parbake that others may write, or put another in the place of", async () => {
    const program = at("opt/bin/parbake");
    mkdirSync(at("opt/bin"), { recursive: true });
    cpSync(BINARY, program);
    const runIt = (...parameters: string[]) =>
      runProgram(null, [program, ...parameters, "--root", image.root], NO_IMDS);
    // Some know no root but the machine's own.
    const ownRun = 'for folder in /run /var/lib; do mount -t tmpfs -o mode=0755 none $folder; done; exec "$0" "$@"';
    const runHere = (...words: readonly string[]) =>
      runProgram(null, [...IN_A_NAMESPACE, ownRun, program, ...words], NO_IMDS);
    for (const [what, open, close] of [
      [`${program} may be written to by every user`, () => chmodSync(program, 0o757), () => chmodSync(program, 0o755)],
      [`${program} belongs to the user ${NOBODY}`, () => chownSync(program, NOBODY, 0), () => chownSync(program, 0, 0)],
      [
        `the folder ${at("opt/bin")} belongs to the user ${NOBODY}`,
        () => chownSync(at("opt/bin"), NOBODY, NOBODY),
        () => chownSync(at("opt/bin"), 0, 0),
      ],
    ] as const) {
      open();
      const before = image.snapshot();
      const refused = await runIt("apply");
      assert.equal(refused.status, 77, refused.stderr);
      assert.deepEqual(told(refused), [what]);
      assert.deepEqual(image.snapshot(), before);
      for (const [words, status] of [
        [["plan", "--root", image.root], 0],
        [["facts", "--root", image.root], 0],
        // There is nothing to confirm or to take back. If there were, it would be done.
        [["confirm"], 2],
        [["revert"], 2],
      ] as const) {
        const warned = await runHere(...words);
        assert.equal(warned.status, status, warned.stderr);
        assert.deepEqual(told(warned), [what], words[0]);
      }
      close();
    }
    const { status, stderr } = await runIt("apply");
    assert.deepEqual([status, stderr.includes(WHO)], [0, false]);
  });

  it("is not done by a record that every user may write: apply says so, status goes on", async () => {
    assert.equal((await run("apply")).status, 0);
    chmodSync(at("var/lib/parbake/managed.json"), 0o666);
    const refused = await run("apply");
    assert.equal(refused.status, 77, refused.stderr);
    assert.match(
      refused.stderr,
      /managed\.json, a record of parbake's, may be written to by every user\. .*`chmod o-w /,
    );
    const status = await run("status");
    assert.equal(status.status, 2);
    assert.match(status.stdout, /not all of parbake's own records can be read/);
  });

  it("is what systemd/install checks, too: it makes the folders, and refuses those that others may write", async () => {
    rmSync(at("etc/parbake"), { recursive: true });
    const script = join(import.meta.dirname, "../../systemd/install");
    const install = () => runProgram(null, ["sh", script, "--root", image.root, "--binary", "/bin/sh"]);
    const made = await install();
    assert.equal(made.status, 0, made.stderr);
    assert.match(made.stdout, /^created \/etc\/parbake\/parbake\.d$/m);
    assert.deepEqual(await install(), { status: 0, stdout: "nothing to do\n", stderr: "" });
    chmodSync(at("etc/parbake/parbake.d"), 0o757);
    const open = await install();
    assert.equal(open.status, 77);
    assert.match(open.stderr, /etc\/parbake\/parbake\.d may be written to by every user, .* chmod o-w /);
    chmodSync(at("etc/parbake/parbake.d"), 0o775);
    chownSync(at("etc/parbake/parbake.d"), 0, NOBODY);
    assert.match((await install()).stderr, /may be written to by the group 65534, .* chmod g-w /);
    chownSync(at("etc/parbake/parbake.d"), NOBODY, 0);
    assert.match((await install()).stderr, /belongs to the user 65534, .* chown root /);
  });
});

describe("what a developer does with files of their own", () => {
  it("is done, with a warning of what others may write", async function () {
    const setpriv = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
    if (!isRoot || !existsSync("/usr/bin/setpriv")) return this.skip();
    const image = makeScratchImage(CONFIG);
    try {
      image.write("etc/parbake/templates/web.txt.hbs", "{{apps.web.worker_processes}}\n");
      image.write("etc/passwd", `root:x:${NOBODY}:${NOBODY}::/:/bin/false\n`);
      image.write("etc/group", `root:x:${NOBODY}:\n`);
      mkdirSync(join(image.root, "var"));
      await runProgram(null, ["chown", "-R", `${NOBODY}:${NOBODY}`, image.root]);
      const run = () => runProgram(null, [...setpriv, BINARY, "apply", "--root", image.root], NO_IMDS);
      const quiet = await run();
      assert.equal(quiet.status, 0, quiet.stderr);
      assert.doesNotMatch(quiet.stderr, /who could tell/);
      chmodSync(join(image.root, "etc/parbake/parbake.yaml"), 0o666);
      const warned = await run();
      assert.equal(warned.status, 0, warned.stderr);
      assert.match(
        warned.stderr,
        /warn: .*parbake\.yaml may be written to by every user, who could tell parbake what to do/,
      );
      assert.match(readFileSync(join(image.root, "etc/web/web.txt"), "utf8"), /^\d+\n$/);
    } finally {
      image.remove();
    }
  });
});
