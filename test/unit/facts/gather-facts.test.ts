import assert from "node:assert/strict";
import { startDeadline } from "../../../agent/deadline.ts";
import { gatherFacts } from "../../../agent/facts/gather-facts.ts";
import { gaveUp, ownId, switchedOff } from "../../../agent/facts/imds/imds-problems.ts";

describe("facts without IMDS", () => {
  const rows = [
    [
      "switched off",
      () => switchedOff("http://169.254.169.254"),
      `Switch it on: aws ec2 modify-instance-metadata-options --instance-id ${ownId()} --http-endpoint enabled.`,
      "To tune from the hardware alone, set `imds: optional`.",
    ],
    [
      "not there",
      () => gaveUp({ what: "it is not there", fix: "Look.", alternative: "Elsewhere set `imds: optional`." }),
      "Look.",
      "Elsewhere set `imds: optional`.",
    ],
  ] as const;
  for (const [state, problem, fix, alternative] of rows) {
    it(`advise \`imds: optional\` where it is required and ${state}`, async () => {
      const asked = gatherFacts("required", Promise.reject(problem()), {
        deadline: startDeadline(1000),
        log: () => {},
      });
      await assert.rejects(asked, (error: Error) => error.message.endsWith(`${fix} ${alternative}`));
    });

    it(`do not advise what the config says already where it is optional and ${state}`, async () => {
      const said: string[] = [];
      const log = (_: string, message: string) => void said.push(message);
      await gatherFacts("optional", Promise.reject(problem()), { deadline: startDeadline(1000), log });
      assert.equal(said.length, 1);
      assert.ok(said[0]!.endsWith(`${fix} Going on with the hardware alone: IMDS is optional here.`), said[0]);
    });
  }
});
