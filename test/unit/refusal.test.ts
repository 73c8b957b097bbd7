import assert from "node:assert/strict";
import { eachOnce, Refusal, type Problem } from "../../agent/refusal.ts";
import { NO_RESULTS, RunRecord } from "../../agent/report/run-record.ts";

const FOLDER: Problem = { what: "the folder /etc/app does not exist", fix: "Make it." };
const HERE: Problem = { what: "it is odd", fix: "Look.", at: { file: "a", line: 1, column: 2 } };
const THERE: Problem = { ...HERE, at: { file: "a", line: 2, column: 2 } };

describe("eachOnce", () => {
  it("keeps the first of those that say the same of the same place", () => {
    assert.deepEqual(eachOnce([HERE, FOLDER, { ...HERE }, THERE, FOLDER]), [HERE, FOLDER, THERE]);
  });
});

describe("Refusal", () => {
  it("tells a problem once that several files share", () => {
    const { problems, message } = new Refusal("config", [FOLDER, { ...FOLDER }, HERE]);
    assert.deepEqual(problems, [FOLDER, HERE]);
    assert.equal(message, "the folder /etc/app does not exist. Make it.\na:1:2: it is odd. Look.");
  });
});

describe("RunRecord", () => {
  it("warns once of what more than one wave comes upon, in the log and in the report", () => {
    const record = new RunRecord({ parbake: "", commit: "", node: "", catalogue: "" });
    const told: string[] = [];
    for (const problems of [[HERE, HERE], [FOLDER], [HERE, THERE]])
      record.warn(problems, (_, message) => told.push(message));
    assert.deepEqual(told, [
      "a:1:2: it is odd. Look.",
      "the folder /etc/app does not exist. Make it.",
      "a:2:2: it is odd. Look.",
    ]);
    assert.deepEqual(record.finish(NO_RESULTS, null).warnings, [HERE, FOLDER, THERE]);
  });
});
