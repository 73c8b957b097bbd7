import assert from "node:assert/strict";
import { explainIdle } from "../../../agent/commands/ask-why-idle.ts";

describe("why parbake has not run", () => {
  const told = (loaded: string, active: string, result = "success"): string => {
    const { why, fix } = explainIdle(`LoadState=${loaded}\nActiveState=${active}\nResult=${result}\n`);
    return `${why} | ${fix}`;
  };

  it("is told with what mends it where parbake.service is masked, missing or wrong", () => {
    assert.equal(
      told("masked", "inactive"),
      ": parbake.service is masked | Unmask and start it: systemctl unmask parbake.service && systemctl start parbake.service",
    );
    assert.equal(
      told("not-found", "inactive"),
      ": this machine has no parbake.service | Put it in place: parbake install",
    );
    assert.equal(
      told("bad-setting", "inactive"),
      ": systemd cannot read parbake.service | See why: systemd-analyze verify parbake.service",
    );
  });

  it("is told where systemd could not start it", () => {
    assert.equal(
      told("loaded", "failed", "exit-code"),
      ": systemd could not start parbake.service (exit-code) | See why: systemctl status parbake.service",
    );
  });

  it("is nothing more where nobody has started it, or systemd does not say", () => {
    assert.equal(told("loaded", "inactive"), " | Start it: systemctl start parbake.service");
    assert.deepEqual(explainIdle(""), { why: "", fix: "Start it: systemctl start parbake.service" });
  });
});
