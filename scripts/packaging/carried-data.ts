// What others have made and the binary carries as data, with its licence.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FIELD_RULES } from "../../agent/seal/rules/field-rules.ts";
import { TOP } from "../building/build-pinned-node.ts";

export interface CarriedData {
  readonly name: string;
  readonly version: string;
  /** An SPDX identifier. */
  readonly license: string;
  readonly licenseText: string;
  readonly purl: string;
}

/** @throws Error where the rules no longer say what they are, or have another licence */
export function listCarriedData(): CarriedData[] {
  const { source, licence } = JSON.parse(readFileSync(join(TOP, FIELD_RULES), "utf8")) as {
    source: string;
    licence: readonly string[];
  };
  const version = /^gitleaks v([\d.]+),/.exec(source)?.[1];
  if (version === undefined || licence[0] !== "MIT License") throw new Error(`${FIELD_RULES} has another head`);
  const purl = `pkg:github/gitleaks/gitleaks@v${version}`;
  return [{ name: "gitleaks-rules", version, license: "MIT", licenseText: licence.join("\n"), purl }];
}
