import assert from "node:assert/strict";
import type { Result } from "../../../scripts/simulation/boot-row.ts";
import { formatLine, formatPage } from "../../../scripts/simulation/table.ts";

const PLAIN: Result = {
  row: "plain",
  title: "nothing is wrong",
  machine: "container",
  seen: {
    system: "running",
    failed: [],
    basicAfterMs: 700,
    units: [
      { unit: "api.service", upAfterMs: 1_240 },
      { unit: "web.service", upAfterMs: 810 },
    ],
    status: 0,
    errors: [],
    console: [],
    cycles: [],
    verify: [],
  },
  problems: [],
};

const AWAY: Result = {
  row: "aws-away",
  title: "no AWS",
  machine: "emulated",
  seen: {
    ...PLAIN.seen,
    system: "degraded",
    units: [
      { unit: "api.service", upAfterMs: null },
      { unit: "web.service", upAfterMs: 800 },
    ],
    status: 69,
    errors: ["secret api: no answer"],
    console: ["parbake[17]: secret api: no answer", "[    4.127] parbake[39]: secret api: no answer"],
  },
  problems: ["the console: 2 lines say no answer, not one"],
};

describe("the table of boots", () => {
  it("has a line for a terminal of each", () => {
    assert.equal(formatLine(PLAIN), "plain: as promised; api 1.2, web 0.8; status 0, running");
    assert.equal(
      formatLine(AWAY),
      "aws-away: NOT as promised; api held, web 0.8; status 69, degraded\n  ! the console: 2 lines say no answer, not one",
    );
  });

  it("has a row of each on its page, with the time of the last unit that came up, and whether the machine was emulated", () => {
    const page = formatPage([PLAIN, AWAY], "a machine");
    assert.match(page, /^\| boot \| what befalls it \| api \| web \| last \| status \| system \|$/m);
    assert.match(page, /^\| plain \| nothing is wrong \| 1\.2 \| 0\.8 \| 1\.2 \| 0 \| running \|$/m);
    assert.match(page, /^\| \*\*aws-away\*\* \| no AWS \(emulated\) \| held \| 0\.8 \| 0\.8 \| 69 \| degraded \|$/m);
    assert.match(page, /Not as promised: \[aws-away\]\(#aws-away\)\./);
    assert.match(formatPage([PLAIN], "a machine"), /Every boot went as promised\./);
  });

  it("quotes what was said, each line once, without numbers of processes", () => {
    const page = formatPage([PLAIN, AWAY], "a machine");
    assert.match(page, /The journal:\n\n```text\nsecret api: no answer\n```/);
    assert.match(page, /The console:\n\n```text\nparbake: secret api: no answer {3}\(2 times\)\n```/);
    assert.doesNotMatch(page, /### plain/);
  });
});
