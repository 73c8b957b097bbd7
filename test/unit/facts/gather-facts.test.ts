import assert from "node:assert/strict";
import { startDeadline } from "../../../agent/deadline.ts";
import { gatherFacts } from "../../../agent/facts/gather-facts.ts";
import { gaveUp, switchedOff } from "../../../agent/facts/imds/imds-problems.ts";

const ENDPOINT = new URL("http://169.254.169.254/");

describe("facts without IMDS", () => {
  const refused = {
    kind: "gave-up",
    tries: 3,
    last: { kind: "again", trouble: "refused", detail: "ECONNREFUSED" },
  } as const;
  const rows = [
    [
      "switched off",
      () => switchedOff(ENDPOINT),
      "Switch it on: aws ec2 modify-instance-metadata-options --instance-id ID --http-endpoint enabled.",
      "To tune from the hardware alone, set `imds: optional`.",
    ],
    [
      "not there",
      () => gaveUp(ENDPOINT, "/latest/api/token", refused, 1000),
      "On EC2 the network may not have been up yet: raise --deadline.",
      "Anywhere else set `imds: optional`, or plan with --instance-type.",
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
