// The report of a run as it was read back → Report, everything checked that a command shows or acts on: it is checked as if a
// stranger had written it. Pure.

import { JsonValue } from "../formats/json-value.ts";
import type { Problem } from "../refusal.ts";
import type { Report } from "./report.ts";
import type { StateDocument } from "../apply/state/state-file.ts";

/** Null where it is none of this version of parbake. Lists that it lacks are empty: an earlier version may not have had them. */
export function parseReport(document: StateDocument): Report | null {
  const problems: Problem[] = [];
  const json = new JsonValue({ ...MISSING_LISTS, ...document }, "report", problems, "");
  checkRun(json);
  checkLists(json);
  return problems.length > 0 || document["schema"] !== 1 ? null : (json.value as Report);
}

const LISTS = ["stages", "folders", "files", "secrets", "units", "healthChecks"] as const;
const MISSING_LISTS = {
  ...Object.fromEntries(LISTS.map((name) => [name, []])),
  held: [],
  storedSecrets: [],
  warnings: [],
};

function checkRun(json: JsonValue): void {
  json.get("runId").text();
  checkDate(json.get("startedAt"));
  json.get("tookMs").number();
  json.get("result").choice(["done", "failed"]);
  json.get("changed").flag();
  json.get("rolledBack").flag();
  json.get("versions").get("parbake").text();
  if (json.has("storage")) json.get("storage").nullable((storage) => storage.get("folder").path());
}

function checkLists(json: JsonValue): void {
  for (const name of LISTS) for (const item of json.get(name).items()) item.entries();
  for (const name of ["problems", "warnings"]) json.get(name).items().forEach(checkProblem);
  for (const held of json.get("held").items()) {
    held.get("what").text();
    for (const unit of held.get("units").items()) unit.text();
    held.get("because").items().forEach(checkProblem);
  }
  for (const secret of json.get("storedSecrets").items()) {
    for (const name of ["name", "id", "versionId"]) secret.get(name).text();
    checkDate(secret.get("fetchedAt"));
  }
}

function checkProblem(json: JsonValue): void {
  json.get("what").text();
  json.get("fix").text();
  if (!json.has("at")) return;
  json.get("at").get("file").text();
  for (const name of ["line", "column"]) if (json.get("at").has(name)) json.get("at").get(name).number();
}

function checkDate(json: JsonValue): void {
  json.word((text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(text), "a time in UTC");
  if (Number.isNaN(Date.parse(json.text()))) json.refuse("a time in UTC");
}
