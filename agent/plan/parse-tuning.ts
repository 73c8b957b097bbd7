// The budget and the apps of a saved plan as JSON → BudgetPlan, AppPlan: for people and the log. Pure.

import type { JsonValue } from "../formats/json-value.ts";
import type { BelowUseful, Settings } from "../tuning/profile/profile.ts";
import type { AppAmount, AppPlan, BudgetPlan, UnallocatedReason } from "../tuning/tuning.ts";
import { parsePlace } from "./parse-place.ts";

export function parseBudget(json: JsonValue): BudgetPlan {
  return {
    availableBytes: json.get("availableBytes").number(),
    reservedBytes: json.get("reservedBytes").number(),
    unallocatedBytes: json.get("unallocatedBytes").number(),
    // Older plans have none.
    unallocatedReason: json.has("unallocatedReason") ? json.get("unallocatedReason").nullable(parseReason) : null,
    spare: json.has("spare") ? json.get("spare").items().map(parseAmount) : [],
    gained: json.has("gained") ? json.get("gained").items().map(parseAmount) : [],
    leftOut: json
      .get("leftOut")
      .items()
      .map((name) => name.text()),
  };
}

function parseReason(json: JsonValue): UnallocatedReason {
  return json.choice(["caps", "left out", "no apps"]);
}

function parseAmount(json: JsonValue): AppAmount {
  return { app: json.get("app").text(), memoryBytes: json.get("memoryBytes").number() };
}

/** Only shown: apply writes the files, which have the settings already. */
export function parseApp(json: JsonValue): AppPlan {
  return {
    name: json.get("name").text(),
    profile: json.get("profile").text(),
    optional: json.get("optional").flag(),
    memoryBytes: json.get("memoryBytes").number(),
    vcpus: json.get("vcpus").number(),
    cores: json.get("cores").number(),
    settings: parseSettings(json.get("settings")),
    ...(json.has("limits") ? { limits: parseSettings(json.get("limits")) } : {}),
    ...(json.has("unit") ? { unit: json.get("unit").text() } : {}),
    degraded: json
      .get("degraded")
      .items()
      .map((given) => ({
        setting: given.get("setting").text(),
        wanted: given.get("wanted").text(),
        got: given.get("got").text(),
      })),
    // Older plans have none.
    belowUseful: json.has("belowUseful") ? json.get("belowUseful").items().map(parseBelowUseful) : [],
  };
}

function parseSettings(json: JsonValue): Settings {
  return Object.fromEntries(json.entries().map(([name, setting]) => [name, setting.value])) as Settings;
}

function parseBelowUseful(json: JsonValue): BelowUseful {
  return {
    setting: json.get("setting").text(),
    got: json.get("got").text(),
    least: json.get("least").number(),
    because: json.get("because").text(),
    fix: json.get("fix").text(),
    ...parsePlace(json),
  };
}
