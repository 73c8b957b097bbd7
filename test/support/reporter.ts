// Mocha's spec report, then what was skipped and the counts in one line.

import Mocha from "mocha";

export default class Reporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    stopAtCtrlC(runner);
    const skipped: string[] = [];
    runner.on("pending", (test) => skipped.push(test.fullTitle()));
    runner.once("end", () => {
      const { passes, failures, pending } = runner.stats!;
      if (skipped.length > 0) console.log(`Skipped:\n${skipped.map((title) => `  ${title}\n`).join("")}`);
      console.log(`${passes} passed, ${failures} failed, ${pending} skipped`);
    });
  }
}

/** The test that runs ends, and all that is to be removed is, as after a failure; a second Ctrl-C ends the process. */
function stopAtCtrlC(runner: Mocha.Runner): void {
  process.once("SIGINT", () => {
    runner.abort();
    // So that whoever waits for the process sees that it was stopped.
    process.once("exit", () => process.kill(process.pid, "SIGINT"));
  });
}
