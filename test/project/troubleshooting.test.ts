import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { CAUSES, diagnose } from "../../agent/facts/imds/imds-diagnosis.ts";
import {
  inTheWay,
  noToken,
  switchedOff,
  tokenRefused,
  unexpectedStatus,
  v1Only,
} from "../../agent/facts/imds/imds-problems.ts";

const ENDPOINT = new URL("http://169.254.169.254");

describe("TROUBLESHOOTING.md", () => {
  const text = readFileSync(new URL("../../TROUBLESHOOTING.md", import.meta.url), "utf8");
  const section = /^## IMDS\n([^]*?)(?=^## |$(?![^]))/m.exec(text)![1]!;
  const beginnings = [...section.matchAll(/^\| (.+?) +\|/gm)].map(([, cell]) => cell!).slice(2);

  /** `…` stands for an address, N for a number. */
  function begins(line: string): string[] {
    return beginnings.filter((beginning) => {
      const pattern = beginning.replaceAll(/[.()]/g, "\\$&").replaceAll("…", "\\S+").replaceAll(/\bN\b/g, "\\d+");
      return new RegExp(`^${pattern}`).test(line);
    });
  }

  it("has a row for each cause of a silence, and one alone", () => {
    // The last is for a run that had no time to ask.
    for (const { name } of CAUSES.slice(0, -1)) assert.equal(begins(name).length, 1, name);
  });

  it("has a row for each answer that no boot can use", () => {
    const refusals = [
      switchedOff(ENDPOINT.origin),
      inTheWay(ENDPOINT, 407),
      v1Only(ENDPOINT, 404),
      noToken(ENDPOINT, 20),
      tokenRefused(ENDPOINT),
      unexpectedStatus(ENDPOINT, "/latest/api/token", 407),
    ];
    for (const { message } of refusals) assert.equal(begins(message).length, 1, message);
  });

  it("has no row that no line begins with", () => {
    const others = [
      "this instance has no role",
      "IMDS has no credentials for the role",
      "this machine keeps IMDS to systemd-imdsd",
    ];
    const sources = ["agent/facts/fetch-role-credentials.ts", "agent/facts/imds/imds-daemon.ts"];
    const code = sources.map((file) => readFileSync(new URL(`../../${file}`, import.meta.url), "utf8")).join("");
    for (const other of others) assert.ok(code.includes(other), other);
    assert.equal(beginnings.length, CAUSES.length - 1 + 6 + others.length);
  });
});

describe("a diagnosis", () => {
  it("is one sentence, its evidence and its remedy, whatever the cause", () => {
    for (const { name, fix } of CAUSES) {
      assert.doesNotMatch(name, /\.$|\n/);
      assert.match(fix, /^[A-Z][^\n]*\.$/);
    }
    const last = { kind: "again", trouble: "unreachable", detail: "ENETUNREACH" } as const;
    const { what } = diagnose({
      fates: [{ endpoint: ENDPOINT, last }],
      path: "/latest/api/token",
      tries: 7,
      waitedMs: 1234,
    });
    assert.equal(
      what,
      "the network never came up: IMDS gave no answer in 1.2 s (7 tries; http://169.254.169.254/latest/api/token: ENETUNREACH)",
    );
  });
});
