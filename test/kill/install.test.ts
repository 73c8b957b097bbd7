import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { hash } from "node:crypto";
import { cpSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BINARY } from "../binary/support/scratch-image.ts";
import { makeFolder, removeFolder } from "../support/folders.ts";
import { findObstacle } from "./support/machine.ts";
import { killing, listing, readPoints, type Point } from "./support/points.ts";

/** After what comes between them, there is no more than a temporary file that has less in it. */
const NAMING = new Set(["mkdir", "rename", "symlink", "unlink", "rmdir"]);

const obstacle = findObstacle();

(obstacle === null ? describe : describe.skip)(
  `an installation that is cut short${obstacle === null ? "" : ` (skipped: ${obstacle})`}`,
  function () {
    this.timeout(600_000);
    let base: string;

    before(() => {
      base = makeFolder("/dev/shm", "install", "run");
      for (const folder of ["usr/lib/systemd/system", "var/lib", "etc/systemd/system/app.service.d"])
        mkdirSync(join(base, "bare", folder), { recursive: true });
      writeFileSync(join(base, "bare/usr/lib/systemd/system/app.service"), "[Service]\n");
      writeFileSync(join(base, "program"), "#!/bin/sh\n");
      cpSync(join(base, "bare"), join(base, "whole"), { recursive: true, verbatimSymlinks: true });
      assert.equal(run([], "install", join(base, "whole")).status, 0);
    });
    after(() => removeFolder(base));

    function run(tracer: readonly string[], command: "install" | "uninstall", root: string) {
      const more =
        command === "install" ? ["--binary", join(base, "program"), "--unit", "app.service", "--refresh"] : [];
      const [program, ...words] = [...tracer, BINARY, command, "--root", root, ...more];
      return spawnSync(program!, words, { env: { PATH: process.env["PATH"] }, encoding: "utf8" });
    }

    function onCopy<T>(of: "bare" | "whole", work: (root: string) => T): T {
      const root = join(base, "copy");
      cpSync(join(base, of), root, { recursive: true, verbatimSymlinks: true });
      try {
        return work(root);
      } finally {
        rmSync(root, { recursive: true });
      }
    }

    for (const [command, from, to] of [
      ["install", "bare", "whole"],
      ["uninstall", "whole", "bare"],
    ] as const)
      it(`is finished by the next ${command}, killed at every call that makes, replaces or removes a name`, () => {
        const wanted = snapshot(join(base, to));
        const points = onCopy(from, (root): Point[] => {
          const file = join(base, "strace");
          assert.equal(run(listing(file), command, root).status, 0);
          assert.deepEqual(snapshot(root), wanted);
          return readPoints(file).filter(({ call }) => NAMING.has(call));
        });
        assert.ok(points.length > 20, `${points.length} points`);
        const killed = points.filter((point) =>
          onCopy(from, (root) => {
            const { signal } = run(killing(point), command, root);
            const { status, stderr } = run([], command, root);
            assert.equal(status, 0, stderr);
            assert.deepEqual(snapshot(root), wanted, `SIGKILL at ${point.line}`);
            return signal === "SIGKILL";
          }),
        );
        assert.ok(killed.length > points.length * 0.9, `${killed.length} of ${points.length} were killed`);
      });
  },
);

function snapshot(root: string): string[] {
  const paths = readdirSync(root, { recursive: true, encoding: "utf8" }).toSorted();
  return paths.map((path) => {
    const file = join(root, path);
    const stats = lstatSync(file);
    const text = stats.isFile() ? hash("sha256", readFileSync(file)) : stats.isSymbolicLink() ? readlinkSync(file) : "";
    return `${path} ${stats.mode.toString(8)} ${stats.uid}:${stats.gid} ${text}`;
  });
}
