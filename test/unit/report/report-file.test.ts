import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { leaveReport } from "../../../agent/report/report-file.ts";
import type { Report } from "../../../agent/report/report.ts";
import { CANARY, makeScratch } from "../support/scratch.ts";

describe("leaveReport", () => {
  function leave(root: string, report: object): string[] {
    const logged: string[] = [];
    leaveReport(root, report as Report, (level, message) => logged.push(`${level} ${message}`));
    return logged;
  }

  it("tells where a bug was, and never what it says; the report of another run does not stay in its place", () => {
    const { root, path, write } = makeScratch();
    write("run/parbake/report.json", "{}");
    const bug = {
      toJSON() {
        throw new TypeError(CANARY);
      },
    };
    const [line, ...others] = leave(root, bug);
    assert.deepEqual(others, []);
    assert.match(line!, /^error the report could not be written: a bug in parbake, TypeError at \S/);
    assert.equal(line!.includes("c4n4ry"), false);
    assert.equal(existsSync(path("run/parbake/report.json")), false);
  });

  it("tells a refusal in its own words", () => {
    const { root, path } = makeScratch();
    mkdirSync(path("run/parbake/report.json"), { recursive: true });
    assert.match(
      leave(root, {})[0]!,
      /^error the report could not be written: \S+report\.json is a folder, and parbake writes files only\./,
    );
  });
});
