import assert from "node:assert/strict";
import { chmodSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { copyPrograms, findLeftovers, findShellObstacle } from "../support/shell-image.ts";
import { AARCH64_HEAD } from "../unit/host/cell/support/elf.ts";
import { BINARY, makeScratchImage, runProgram, takeSnapshot, type ScratchImage } from "./support/scratch-image.ts";

const obstacle = findShellObstacle();

/** Takes a file that says `good`, and tries to change the image on the way. */
const CHECK = `[/bin/bash, -c, 'echo x >/etc/web/evil; echo x >>"$0"; /bin/sleep 9${process.pid} >/dev/null 2>&1 & read -r first <"$0"; [ "$first" = good ] || { echo "not good: $first"; exit 1; }', "{}"]`;

const configOf = (validate: string) => `apps: { web: { profile: nginx } }
imds: optional
files: [ { template: web.txt.hbs, path: /etc/web/web.txt, validate: ${validate} } ]
`;

const title = "an image's own validators, run by the binary";
(obstacle === null ? describe : describe.skip)(
  obstacle === null ? title : `${title} (skipped: ${obstacle})`,
  function () {
    this.timeout(60_000);
    let image: ScratchImage;

    beforeEach(() => {
      image = makeScratchImage(configOf(CHECK));
      copyPrograms(image.root);
      chmodSync(image.root, 0o755);
      image.write("etc/parbake/templates/web.txt.hbs", "good\nworkers={{apps.web.worker_processes}}\n");
    });
    afterEach(() => image.remove());

    const parbake = (...words: string[]) =>
      runProgram(null, [BINARY, ...words, "--root", image.root], { AWS_EC2_METADATA_DISABLED: "true" });

    /** As a user who is not root, who may read the image. */
    const parbakeAsNobody = (...words: string[]) => {
      const argv = [
        "setpriv",
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
        BINARY,
        ...words,
        "--root",
        image.root,
      ];
      return runProgram(null, argv, { AWS_EC2_METADATA_DISABLED: "true" });
    };

    it("take good files in check, for every type, and leave no trace in the image or outside", async () => {
      const before = takeSnapshot(image.root);
      const { status, stdout, stderr } = await parbake(
        "check",
        "--instance-type",
        "t3.micro,m7g.large,r7i.4xlarge",
        "--strict",
      );
      assert.equal(status, 0, stderr);
      assert.match(stdout, /1 file, 1 validated, for t3\.micro, m7g\.large, r7i\.4xlarge\n/);
      assert.deepEqual(takeSnapshot(image.root), before);
      assert.deepEqual(await findLeftovers(`sleep 9${process.pid}`), []);
    });

    it("refuse bad files with what they say, and only on the types where they are bad", async () => {
      image.write(
        "etc/parbake/templates/web.txt.hbs",
        `{{#if (gt facts.vcpus 8)}}evil{{else}}good{{/if}}\nx={{apps.web.worker_processes}}\n`,
      );
      const { status, stderr } = await parbake("check", "--instance-type", "m7g.large,r7i.4xlarge,r7i.8xlarge");
      assert.equal(status, 65, stderr);
      assert.match(
        stderr,
        /parbake\.yaml:3:10: on r7i\.4xlarge(, | and )r7i\.8xlarge: \/etc\/web\/web\.txt is refused by its validator .*: exit status 1: not good: evil\. Fix the template/,
      );
      assert.equal(stderr.split("is refused by").length, 2);
    });

    it("are not taken to have refused a file where the image lacks their interpreter or a library", async () => {
      image.write("opt/lint", "#!/opt/interpreter -x\n");
      chmodSync(join(image.root, "opt/lint"), 0o755);
      image.write("etc/parbake/parbake.yaml", configOf('[/opt/lint, "{}"]'));
      const script = await parbake("check");
      assert.equal(script.status, 65, script.stderr);
      assert.match(
        script.stderr,
        /the validator `\/opt\/lint \{\}` of \/etc\/web\/web\.txt gave no verdict, as it, or what it calls, cannot run here: exit status 127: .*chroot: failed to run command .\/opt\/lint.: No such file or directory\. Look in the image for what \/opt\/lint needs: /,
      );
      image.write("etc/parbake/parbake.yaml", configOf(CHECK));
      for (const name of readdirSync(image.root, { recursive: true, encoding: "utf8" }))
        if (name.endsWith("/libc.so.6")) rmSync(join(image.root, name));
      const library = await parbake("check");
      assert.equal(library.status, 65, library.stderr);
      assert.match(
        library.stderr,
        /cannot run here: exit status 127: .*libc\.so\.6.* Look in the image for what \/bin\/bash needs: /,
      );
    });

    it("judge what apply writes: a good file is in place and reported as passed, a bad one changes nothing", async () => {
      const good = await parbake("apply", "--strict", "--json");
      assert.equal(good.status, 0, good.stderr);
      const { files } = JSON.parse(good.stdout) as { files: { path: string; validation: string }[] };
      assert.deepEqual(
        files.map(({ path, validation }) => [path, validation]),
        [["/etc/web/web.txt", "passed"]],
      );
      assert.match(image.read("etc/web/web.txt"), /^good\nworkers=\d+\n$/);
      assert.deepEqual(readdirSync(join(image.root, "etc/web")), ["web.txt"]);

      image.write("etc/parbake/templates/web.txt.hbs", "evil\nworkers={{apps.web.worker_processes}}\n");
      const before = image.snapshot();
      const bad = await parbake("apply");
      assert.equal(bad.status, 65, bad.stderr);
      assert.match(bad.stderr, /not good: evil\. Fix the template; the file was not changed\./);
      assert.deepEqual(image.snapshot(), before);
    });

    it("are told where they cannot run, each with its reason: not root, forbidden, another CPU; and fail with --strict", async () => {
      const nobody = await parbakeAsNobody("check");
      assert.equal(nobody.status, 0, nobody.stderr);
      assert.match(
        nobody.stdout,
        /^ {2}validate +\/etc\/web\/web\.txt +not validated by \/bin\/bash: only root can run a program in an image$/m,
      );
      const json = await parbakeAsNobody("check", "--json");
      const { validations } = JSON.parse(json.stdout) as { validations: object[] };
      assert.deepEqual(validations, [
        { path: "/etc/web/web.txt", validation: "not validated by /bin/bash: only root can run a program in an image" },
      ]);
      const strict = await parbakeAsNobody("check", "--strict");
      assert.equal(strict.status, 71, strict.stderr);

      const foreign = Buffer.from(AARCH64_HEAD);
      foreign.writeUInt16LE(4321, 18);
      image.write("opt/check", "");
      writeFileSync(join(image.root, "opt/check"), foreign);
      chmodSync(join(image.root, "opt/check"), 0o755);
      image.write("etc/parbake/parbake.yaml", configOf('[/opt/check, "{}"]'));
      for (const command of ["check", "apply"]) {
        const forbidden = await parbake(command, "--no-validators", "--strict");
        assert.equal(forbidden.status, 71, forbidden.stderr);
        assert.match(forbidden.stderr, /\/etc\/web\/web\.txt is not validated by \/opt\/check: --no-validators\. /);
        const other = await parbake(command, "--strict");
        assert.equal(other.status, 71, other.stderr);
        assert.match(
          other.stderr,
          /is not validated by \/opt\/check: \/opt\/check is a program for another CPU \(ELF machine 4321\), and this machine runs \w+: no emulator/,
        );
      }
      const lenient = await parbake("apply");
      assert.equal(lenient.status, 0, lenient.stderr);
      assert.match(
        lenient.stdout,
        /^ {2}validate +\/etc\/web\/web\.txt +not validated by \/opt\/check: \/opt\/check is a program for another CPU/m,
      );
    });

    it("do not run in check where others than root could have written what they would run on", async () => {
      chmodSync(join(image.root, "etc/parbake/parbake.yaml"), 0o666);
      const { status, stdout, stderr } = await parbake("check");
      assert.equal(status, 0, stderr);
      assert.match(
        stdout,
        /not validated by \/bin\/bash: others than root could have written what it would run: see the warnings/,
      );
    });

    it("that hang are ended with the run", async () => {
      const word = `77${process.pid}`;
      image.write("etc/parbake/parbake.yaml", configOf(`[/bin/sleep, '${word}']`));
      const { status, stderr } = await parbake("check", "--deadline", "3s");
      assert.notEqual(status, 0);
      assert.match(stderr, /gave no verdict: no answer within|did not end in time|deadline/);
      assert.deepEqual(await findLeftovers(`sleep ${word}`), []);
    });
  },
);
