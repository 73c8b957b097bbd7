import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { startDeadline } from "../../../agent/deadline.ts";
import { runCommand, type RunCommand } from "../../../agent/host/run-command.ts";
import { validatePlans } from "../../../agent/inspect/validate-plans.ts";
import { takeSnapshot } from "../../binary/support/scratch-image.ts";
import { copyPrograms, findShellObstacle } from "../../support/shell-image.ts";
import { fileStep, makeScratch, planOf, type Scratch } from "../support/scratch.ts";

const obstacle = findShellObstacle();

const title = "validatePlans";
(obstacle === null ? describe : describe.skip)(
  obstacle === null ? title : `${title} (skipped: ${obstacle})`,
  function () {
    this.timeout(60_000);
    let image: Scratch;
    let asked: number;

    const run: RunCommand = (argv, ...limits) => {
      // The attempt without a program is none.
      if (argv.at(-1) !== "--") asked++;
      return runCommand(argv, ...limits);
    };
    const validate = (...plans: ReturnType<typeof planOf>[]) =>
      validatePlans(plans, { root: image.root, deadline: startDeadline(50_000), run, forbidden: null, strict: false });

    /** Takes a file that says `good`, and includes one that says so, too. */
    const check = [
      "/bin/bash",
      "-c",
      '[ "$(<"$0") $(</etc/app/included)" = "good good" ] || { echo "bad: $(<"$0")"; exit 1; }',
      "{}",
    ];
    const planWith = (main: string, included = "good") =>
      planOf(fileStep("/etc/app/main", main, { validate: check }), fileStep("/etc/app/included", included));

    beforeEach(() => {
      image = makeScratch();
      asked = 0;
      copyPrograms(image.root);
      for (const file of ["passwd", "group"]) image.write(`etc/${file}`, "root:x:0:0::/:/bin/false\n");
      image.write("etc/app/included", "old");
      chmodSync(image.root, 0o755);
    });

    it("judges the files of each plan in place, and writes none", async () => {
      const before = takeSnapshot(image.root);
      const [good, bad, half] = await validate(planWith("good"), planWith("evil"), planWith("good", "evil"));
      assert.deepEqual(good, { kind: "accepted", outcomes: new Map([["/etc/app/main", { kind: "passed" }]]) });
      assert.ok(bad?.kind === "refused" && half?.kind === "refused");
      assert.match(
        bad.refusal.message,
        /^\/etc\/app\/main is refused by its validator .*: exit status 1: bad: evil\. /,
      );
      assert.match(half.refusal.message, /: bad: good\. /);
      assert.deepEqual(takeSnapshot(image.root), before);
    });

    it("says so where the time is over, and how far it came", async () => {
      const over = { root: image.root, deadline: startDeadline(0), run, forbidden: null, strict: false };
      await new Promise((resume) => setTimeout(resume, 5));
      await assert.rejects(validatePlans([planWith("good"), planWith("good")], over), {
        message:
          "the time was over when the files of 0 of 2 machines were validated. Give more time, --deadline 10m, or name fewer types.",
      });
    });

    it("asks once about plans that would write the same", async () => {
      const results = await validate(planWith("good"), planWith("good"), planWith("evil"), planWith("evil"));
      assert.deepEqual(
        results.map(({ kind }) => kind),
        ["accepted", "accepted", "refused", "refused"],
      );
      assert.equal(asked, 2);
    });
  },
);
