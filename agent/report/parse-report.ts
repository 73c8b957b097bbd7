// The report of a run as it was read back → Report, every field of it checked: as if a stranger had written it. Pure.

import { parseMachine } from "../apply/state/last-machine.ts";
import type { JsonValue } from "../formats/json-value.ts";
import { WAVES } from "../plan/waves.ts";
import type { Report } from "./report.ts";

/** Fields that a later version has are kept as they are, and printing them recurses: without a limit the stack overflows. Our own nest 6 deep. */
const MOST_NESTED = 32;

export function parseReport(json: JsonValue): Report {
  if (nestsDeeper(json.value, MOST_NESTED)) json.refuse(`a report that nests at most ${MOST_NESTED} deep`);
  checkRun(json);
  checkWaves(json);
  checkImage(json);
  checkFiles(json);
  checkSecrets(json);
  checkUnits(json);
  for (const name of ["problems", "warnings"]) json.get(name).items().forEach(checkProblem);
  checkMachine(json);
  if (json.has("confirmUntil")) json.get("confirmUntil").nullable(checkTime);
  return { ...LATER, ...(json.value as Omit<Report, keyof typeof LATER>) };
}

function checkRun(json: JsonValue): void {
  json.get("runId").text();
  checkTime(json.get("startedAt"));
  json.get("tookMs").number();
  json.get("result").choice(["done", "failed"]);
  json.get("changed").flag();
  json.get("rolledBack").flag();
  json.get("recovered").nullable((recovery) => recovery.choice(["undone", "finished", "rolled back"]));
  for (const stage of json.get("stages").items()) {
    stage.get("name").text();
    stage.get("tookMs").number();
  }
  checkSpans(json);
  json.get("retries").get("imds").number();
  json.get("retries").get("secretsManager").number();
  for (const name of ["parbake", "commit", "node", "catalogue"]) json.get("versions").get(name).text();
}

// A run of an earlier version had none.
function checkSpans(json: JsonValue): void {
  if (json.has("sinceBootMs")) json.get("sinceBootMs").nullable((since) => since.number());
  if (!json.has("spans")) return;
  for (const [index, span] of json.get("spans").items().entries()) {
    span.get("name").text();
    span.get("startMs").number();
    span.get("tookMs").number();
    // What a step is a part of began before it: so there is no circle.
    span.get("parent").nullable((parent) => parent.integer(0, index - 1));
    span.get("tries").number();
  }
}

function checkWaves(json: JsonValue): void {
  for (const wave of json.has("waves") ? json.get("waves").items() : []) {
    wave.get("name").choice(WAVES);
    wave.get("result").choice(["done", "partly", "failed"]);
    wave.get("tookMs").nullable((tookMs) => tookMs.number());
    for (const unit of wave.get("units").items()) unit.text();
  }
}

function checkImage(json: JsonValue): void {
  if (!json.has("image")) return;
  json.get("image").nullable((image) => {
    checkTime(image.get("bakedAt"));
    image.get("ageMs").number();
    for (const name of ["amiId", "baseImage", "family", "sourceCommit"])
      image.get(name).nullable((value) => value.text());
  });
}

/** What the reports of earlier versions do not have. */
const LATER = { image: null, machine: null, sinceBootMs: null, spans: [], waves: [], confirmUntil: null } as const;

function checkMachine(json: JsonValue): void {
  if (!json.has("machine")) return;
  json.get("machine").nullable((machine) => {
    parseMachine(machine);
    machine.get("change").choice(["same", "resized", "another"]);
    machine.get("before").nullable(parseMachine);
  });
}

const DIFFERENCES = ["create", "update", "attributes", "unchanged", "kept", "remove"] as const;

function checkFiles(json: JsonValue): void {
  for (const folder of json.get("folders").items()) {
    folder.get("path").path();
    folder.get("change").choice(DIFFERENCES);
  }
  for (const file of json.get("files").items()) {
    file.get("path").path();
    file.get("change").choice(DIFFERENCES);
    file.get("validation").nullable((validation) => validation.text());
    file.get("adopted").flag();
    file.get("drift").nullable((drift) => checkTime(drift.get("since")));
  }
}

function checkSecrets(json: JsonValue): void {
  for (const secret of json.get("secrets").items()) {
    for (const name of ["name", "id", "versionId"]) secret.get(name).text();
    secret.get("source").choice(["fetched", "current", "kept"]);
    secret.get("change").choice(DIFFERENCES);
  }
  for (const secret of json.get("storedSecrets").items()) {
    for (const name of ["name", "id", "versionId"]) secret.get(name).text();
    checkTime(secret.get("fetchedAt"));
  }
  json.get("storage").nullable((storage) => {
    storage.get("folder").path();
    storage.get("fileSystem").choice(["tmpfs", "ramfs"]);
    storage.get("guarantee").text();
  });
  for (const held of json.get("held").items()) {
    held.get("what").text();
    for (const unit of held.get("units").items()) unit.text();
    if (held.has("isInPlace")) held.get("isInPlace").flag();
    held.get("because").items().forEach(checkProblem);
  }
}

function checkUnits(json: JsonValue): void {
  for (const unit of json.get("units").items()) {
    unit.get("unit").text();
    unit.get("action").choice(["reload", "restart"]);
    unit.get("outcome").text();
    if (unit.has("rollbackOutcome")) unit.get("rollbackOutcome").text();
  }
  for (const check of json.get("healthChecks").items()) {
    check.get("path").path();
    check.get("outcome").text();
  }
}

function checkProblem(json: JsonValue): void {
  json.get("what").text();
  json.get("fix").text();
  if (!json.has("at")) return;
  json.get("at").get("file").text();
  for (const name of ["line", "column"]) if (json.get("at").has(name)) json.get("at").get(name).number();
}

function checkTime(json: JsonValue): void {
  json.word((text) => TIME.test(text) && !Number.isNaN(Date.parse(text)), "a time in UTC");
}

function nestsDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((part) => nestsDeeper(part, levels - 1));
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;
