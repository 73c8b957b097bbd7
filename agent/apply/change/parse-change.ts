// A change as JSON → Change: each name in it must be one that parbake gives, and its path must not climb, because parbake renames
// and removes what a journal names. Pure.

import type { JsonValue } from "../../formats/json-value.ts";
import { isTemporaryName } from "../../host/files/temporary.ts";
import type { Trust } from "../../host/folder.ts";
import { parsePlace } from "../../plan/parse-place.ts";
import { parseAttributes, parseId } from "../state/parse-attributes.ts";
import type { Change, GenerationFlip } from "./change.ts";
import { isGenerationName } from "./generation-name.ts";

const KINDS = ["create", "update", "remove", "attributes", "make-folder", "generation"] as const;

export function parseChange(json: JsonValue): Change {
  const kind = json.get("kind").choice(KINDS);
  const common = { path: json.get("path").path(), trust: parseTrust(json.get("trust")), ...parsePlace(json) };
  switch (kind) {
    case "create":
      return { kind, ...common, ...parseNew(json) };
    case "update":
      return { kind, ...common, ...parseNew(json), ...parseOld(json) };
    case "remove":
      return { kind, ...common, ...parseOld(json) };
    case "attributes":
      return {
        kind,
        ...common,
        seen: json.get("seen").text(),
        old: parseAttributes(json.get("old")),
        new: parseAttributes(json.get("new")),
      };
    case "make-folder":
      return { kind, ...common, newInode: json.get("newInode").text() };
    case "generation":
      return { kind, ...common, ...parseFlip(json) };
  }
}

function parseTrust(json: JsonValue): Trust {
  return { uids: json.get("uids").items().map(parseId), gids: json.get("gids").items().map(parseId) };
}

function parseNew(json: JsonValue): { readonly newName: string; readonly newInode: string } {
  return { newName: parseTemporary(json.get("newName")), newInode: json.get("newInode").text() };
}

function parseOld(json: JsonValue): { readonly oldName: string; readonly seen: string } {
  return { oldName: parseTemporary(json.get("oldName")), seen: json.get("seen").text() };
}

function parseFlip(json: JsonValue): Omit<GenerationFlip, "kind" | "path" | "trust" | "at"> {
  return {
    newGeneration: json.get("newGeneration").nullable(parseGeneration),
    oldGeneration: json.get("oldGeneration").nullable(parseGeneration),
    linkName: parseTemporary(json.get("linkName")),
    newLinks: json.get("newLinks").items().map(parseTopName),
    deadLinks: json.get("deadLinks").items().map(parseTopName),
  };
}

function parseGeneration(json: JsonValue): string {
  return json.word(isGenerationName, "the name of a generation of secrets");
}

function parseTemporary(json: JsonValue): string {
  return json.word(isTemporaryName, "the name of a temporary file of parbake's");
}

function parseTopName(json: JsonValue): string {
  return json.word(isTopName, "a name in the secrets folder");
}

function isTopName(name: string): boolean {
  return name !== "" && name !== "." && !name.startsWith("..") && !/[/\0]/.test(name);
}
