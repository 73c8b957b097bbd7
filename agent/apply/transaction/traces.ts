// What a run leaves in memory beside its files, and no change of its journal takes back: marks of units that are ready, and links of
// credentials. Written down before the run, so that it can be as it was.

import type { JsonValue } from "../../formats/json-value.ts";
import { isCredentialName } from "../../names/credential-name.ts";
import { type CredentialLink, listCredentialLinks, restoreCredentialLinks } from "../secrets/link-credentials.ts";
import { keepMarks, listMarks } from "../units/readiness.ts";

export interface Traces {
  readonly secretsFolder: string;
  readonly marks: readonly string[];
  readonly links: readonly CredentialLink[];
}

export function noteTraces(root: string, secretsFolder: string): Traces {
  return { secretsFolder, marks: listMarks(root), links: listCredentialLinks(root, secretsFolder) };
}

/** Idempotent. */
export function restoreTraces(root: string, { secretsFolder, marks, links }: Traces): void {
  keepMarks(root, new Set(marks));
  restoreCredentialLinks(root, secretsFolder, links);
}

export function parseTraces(json: JsonValue): Traces {
  return {
    secretsFolder: json.get("secretsFolder").path(),
    marks: json
      .get("marks")
      .items()
      .map((mark) => mark.text()),
    links: json.get("links").items().map(parseLink),
  };
}

function parseLink(json: JsonValue): CredentialLink {
  const name = json.get("name").word(isCredentialName, "the name of a credential");
  return { name, target: json.get("target").path() };
}
