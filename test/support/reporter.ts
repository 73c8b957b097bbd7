// Mocha's spec report, then what was skipped and the counts in one line.

import Mocha from "mocha";

export default class Reporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const skipped: string[] = [];
    runner.on("pending", (test) => skipped.push(test.fullTitle()));
    runner.once("end", () => {
      const { passes, failures, pending } = runner.stats!;
      if (skipped.length > 0) console.log(`Skipped:\n${skipped.map((title) => `  ${title}\n`).join("")}`);
      console.log(`${passes} passed, ${failures} failed, ${pending} skipped`);
    });
  }
}
