import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { isOwnUnit, originOfHold, UNITS } from "../../../agent/install/layout.ts";

const SYSTEMD = new URL("../../../systemd/", import.meta.url);
const HOLD = readFileSync(new URL("hold.conf", SYSTEMD), "utf8");

describe("the drop-in that holds a unit back", () => {
  for (const [text, origin] of [
    [HOLD, "own"],
    ["[Unit]\nRequires=parbake.service\nAfter=parbake.service\n", "own"],
    ["; a comment\n[Unit]\nAfter=parbake-ready@%n.service", "own"],
    [`${HOLD}\n[Service]\nRestart=always\n`, "edited"],
    ["[Unit]\nAfter=web.service\n", "foreign"],
    ["", "foreign"],
  ] as const)
    it(`is ${origin}: ${JSON.stringify(text.slice(-40))}`, () => assert.equal(originOfHold(text), origin));
});

describe("a unit of parbake's own", () => {
  it("is installed, whichever there is in the source tree, and known to an uninstallation", () => {
    const units = readdirSync(SYSTEMD).filter((name) => /\.(?:service|timer|mount|target|socket|path)$/.test(name));
    assert.deepEqual([...UNITS].toSorted(), units.toSorted());
    assert.deepEqual(
      units.filter((name) => !isOwnUnit(name)),
      [],
    );
  });

  for (const [name, isOwn] of [
    ["parbake.service", true],
    ["parbake-ready@.service", true],
    ["parbake-ready@app.service", true],
    ["run-parbake-secrets.mount", true],
    ["parbake-held.target", true],
    ["parbake-exporter.service", false],
    ["parbake.service.d", false],
    ["my-parbake.service", false],
  ] as const)
    it(`${isOwn ? "is" : "is not"} ${name}`, () => assert.equal(isOwnUnit(name), isOwn));
});
