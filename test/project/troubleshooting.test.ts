import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { parseErrorPages } from "../../agent/cli/error-pages.ts";
import { MESSAGE_IDS } from "../../agent/cli/message-ids.ts";
import { describeStage } from "../../agent/cli/progress.ts";
import { loadRuler } from "../../agent/cli/ruler.ts";
import { CAUSES, diagnose } from "../../agent/facts/imds/imds-diagnosis.ts";
import {
  inTheWay,
  noToken,
  switchedOff,
  tokenRefused,
  unexpectedStatus,
  v1Only,
} from "../../agent/facts/imds/imds-problems.ts";
import { EXIT_STATUS } from "../../agent/refusal.ts";
import { formatCatalog } from "../../scripts/docs/format-catalog.ts";
import { CATALOG, formatTroubleshooting, TROUBLESHOOTING } from "../../scripts/docs/write-troubleshooting.ts";

const AGENT = new URL("../../agent", import.meta.url).pathname;
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

describe("the codes of TROUBLESHOOTING.md", () => {
  const page = readFileSync(TROUBLESHOOTING, "utf8");
  const pages = parseErrorPages(page);
  const codes = pages.map((each) => each.codes);

  it("are each exit status with its name, and each entry of the journal, once", () => {
    const endings = Object.entries(EXIT_STATUS).map(([name, status]) => [String(status), name]);
    const others = Object.keys(MESSAGE_IDS).filter((name) => !Object.hasOwn(EXIT_STATUS, name));
    const sections = [["0", "done"], ["2", "differs"], ...endings, ...others.map((name) => [name])];
    const inOrder = (names: readonly (readonly string[])[]) => names.map((each) => each.join(" ")).toSorted();
    const isSection = (each: readonly string[]) => /^(\d+,)?[a-z-]+$/.test(each.join());
    assert.deepEqual(inOrder(codes.filter(isSection)), inOrder(sections));
  });

  it("have a paragraph each, of more than a line", () => {
    for (const {
      codes: [name],
      text,
    } of pages)
      if (name !== undefined) assert.ok(text.length > 15, name);
  });

  it("are every error of AWS's that parbake decides by, and the page and the journal's catalog are made so", async () => {
    const made = formatTroubleshooting(page);
    assert.equal(page, made);
    assert.equal(readFileSync(CATALOG, "utf8"), formatCatalog(made, await loadRuler()));
    assert.ok(codes.flat().includes("AccessDeniedException") && codes.flat().includes("PROXY_WANTS_LOGIN"));
  });

  it("come with a row for each wait that a run tells of, and for no other", () => {
    const section = /^## What a run waits for\n([^]*?)(?=^## )/m.exec(page)![1]!;
    const rows = [...section.matchAll(/^\| (.+?) +\|/gm)].map(([, cell]) => cell!).slice(2);
    const files = readdirSync(AGENT, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
    const code = files.map((file) => readFileSync(`${AGENT}/${file}`, "utf8")).join("");
    const literal = /(?:progress\.begin\(|showing\(\s*(?:session\.)?progress,|const what = \(\) =>)\s*["`]([^"`$]+)/g;
    const waits = [...code.matchAll(literal)].map(([, wait]) => wait!.trim());
    const stages = ["lock", "facts", "fetch", "validate", "units", "health"].map(describeStage);
    const told = [...waits, ...stages].map((wait) => (wait === "waiting for" ? "waiting for /…" : wait));
    assert.deepEqual(rows.toSorted(), told.toSorted());
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
