// A plan as JSON → Plan, every field that apply uses checked: what was saved is input like any other. Unknown fields
// are left out. Pure.

import type { Credential, SecretVersion } from "../config/config.ts";
import type { ContentPart } from "../formats/content.ts";
import type { Place } from "../formats/encoders/format-rules.ts";
import { TEMPLATE_FORMATS } from "../formats/format-of.ts";
import type { JsonValue } from "../formats/json-value.ts";
import type { FileOwner } from "../host/attributes.ts";
import { isAccountName } from "../names/account-name.ts";
import { isConfigName } from "../names/config-name.ts";
import { isCredentialName } from "../names/credential-name.ts";
import { flawOfSecretsFolder } from "../names/own-places.ts";
import { isRegion, isSecretId, isStage, isVersionId } from "../names/secret-id.ts";
import { isService } from "../names/unit-name.ts";
import type { Problem } from "../refusal.ts";
import { checkSteps } from "./check-steps.ts";
import { parseFacts } from "./parse-facts.ts";
import { parseOnChange } from "./parse-on-change.ts";
import { parsePlace } from "./parse-place.ts";
import { parseApp, parseBudget } from "./parse-tuning.ts";
import type { FileStep, FolderStep, Plan, SecretKey, SecretStep, Step } from "./plan.ts";

export function parsePlan(json: JsonValue): Plan {
  const steps = json.get("steps").items().map(parseStep);
  const plan: Plan = {
    schema: 1,
    facts: parseFacts(json.get("facts")),
    budget: parseBudget(json.get("budget")),
    apps: json.get("apps").items().map(parseApp),
    part: json.get("part").nullable((value) => value.choice(["files", "secrets", "tuning"])),
    steps,
    secretsFolder: parseSecretsFolder(json.get("secretsFolder")),
    secretsSizeBytes: json.get("secretsSizeBytes").integer(0, Number.MAX_SAFE_INTEGER),
    secretsGuarantee: json.get("secretsGuarantee").choice(["unswappable", "no-swap", "swappable"]),
    warnings: json.get("warnings").items().map(parseProblem),
  };
  checkSteps(plan, json.get("steps"));
  return plan;
}

function parseSecretsFolder(json: JsonValue): string {
  const path = json.path();
  const flaw = flawOfSecretsFolder(path, []);
  if (flaw !== null) json.refuseFor(`${json.place}: ${path} ${flaw}`);
  return path;
}

function parseProblem(json: JsonValue): Problem {
  return { what: json.get("what").text(), fix: json.get("fix").text(), ...parsePlace(json) };
}

function parseStep(json: JsonValue): Step {
  switch (json.get("kind").choice(["folder", "file", "secret"])) {
    case "folder":
      return parseFolderStep(json);
    case "file":
      return parseFileStep(json);
    case "secret":
      return parseSecretStep(json);
  }
}

function parseFolderStep(json: JsonValue): FolderStep {
  return { kind: "folder", path: json.get("path").path(), ...parseOwner(json), ...parsePlace(json) };
}

function parseSecretStep(json: JsonValue): SecretStep {
  return {
    kind: "secret",
    name: json.get("name").word(isConfigName, "a secret's name in a config"),
    id: json.get("id").word(isSecretId, "a secret's name or ARN"),
    region: json.get("region").nullable((value) => value.word(isRegion, "a region")),
    ...(json.has("version") ? { version: parseVersion(json.get("version")) } : {}),
    ...(json.has("onUnavailable") ? { onUnavailable: json.get("onUnavailable").choice(["keep"]) } : {}),
    keys: json.get("keys").items().map(parseKey),
    ...parsePlace(json),
  };
}

function parseVersion(json: JsonValue): SecretVersion {
  const kind = json.get("kind").choice(["stage", "pinned", "previous"]);
  switch (kind) {
    case "stage":
      return { kind, stage: json.get("stage").word(isStage, "a stage") };
    case "pinned":
      return { kind, versionId: json.get("versionId").word(isVersionId, "a version id") };
    case "previous":
      return { kind };
  }
}

function parseKey(json: JsonValue): SecretKey {
  return {
    key: json.get("key").text(),
    ...(json.has("pointer") ? { pointer: json.get("pointer").text() } : {}),
    ...(json.has("newline") ? { newline: json.get("newline").choice(["strip", "ensure"]) } : {}),
    path: json.get("path").nullable((value) => value.path()),
    ...parseOwner(json),
    ...(json.has("onChange") ? { onChange: json.get("onChange").items().map(parseOnChange) } : {}),
    ...(json.has("credential") ? { credential: parseCredential(json.get("credential")) } : {}),
    ...parsePlace(json),
  };
}

function parseCredential(json: JsonValue): Credential {
  return {
    name: json.get("name").word(isCredentialName, "a credential's name"),
    units: json
      .get("units")
      .items()
      .map((unit) => unit.word(isService, "a service's name")),
  };
}

function parseFileStep(json: JsonValue): FileStep {
  return {
    kind: "file",
    template: json.get("template").text(),
    path: json.get("path").path(),
    ...parseOwner(json),
    format: json.get("format").choice(TEMPLATE_FORMATS),
    // Older plans have none, and apply does not use it.
    formatReason: json.has("formatReason") ? json.get("formatReason").text() : "",
    isTuned: json.get("isTuned").flag(),
    ...(json.has("ofInstance") && json.get("ofInstance").flag() ? { ofInstance: true } : {}),
    content: json.get("content").items().map(parsePart),
    validate: json.get("validate").nullable(parseCommand),
    onChange: json.get("onChange").items().map(parseOnChange),
    healthCheck: json.get("healthCheck").nullable(parseCommand),
    onDrift: json.get("onDrift").choice(["overwrite", "keep", "refuse"]),
    ...parsePlace(json),
  };
}

function parseOwner(json: JsonValue): FileOwner {
  return {
    owner: json.get("owner").word(isAccountName, "a user's name or number"),
    group: json.get("group").nullable((value) => value.word(isAccountName, "a group's name or number")),
    mode: json.get("mode").integer(0, 0o7777),
  };
}

const PLACES: readonly [Place, ...Place[]] = ["alone", "part", "end", "double", "single", "line", "closed", "never"];

function parsePart(json: JsonValue): ContentPart {
  if (!json.isObject()) return json.text();
  const reference = json.get("reference");
  const part = {
    reference: { secret: reference.get("secret").text(), key: reference.get("key").text() },
    format: json.get("format").choice(TEMPLATE_FORMATS),
  };
  return {
    ...part,
    ...(json.has("place") ? { place: json.get("place").choice(PLACES) } : {}),
    ...(json.has("type") ? { type: json.get("type").choice(["number", "boolean"]) } : {}),
  };
}

function parseCommand(json: JsonValue): readonly string[] {
  const [program] = json.items();
  if (program === undefined) json.refuse("a command");
  else program.path();
  return json.items().map((word) => word.word((text) => !text.includes("\0"), "a text without NUL"));
}
