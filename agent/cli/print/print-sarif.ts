// What `seal` found as SARIF 2.1.0 (OASIS), for code scanning and its like. The types are DefinitelyTyped's, of the standard's schema. Pure.

import type { Location, Log, ReportingDescriptor, Result } from "sarif";
import type { Allowed } from "../../seal/allow.ts";
import type { Finding, Place, Severity } from "../../seal/finding.ts";

const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

const LEVELS: Readonly<Record<Severity, Result.level>> = { fail: "error", warn: "warning" };

export function sarifDocument({ findings, allowed }: Allowed, version: string): Log {
  const all = [...findings, ...allowed.map(({ finding }) => finding)];
  const kinds = [...new Map(all.map((finding) => [finding.kind, finding])).values()];
  const indexes = new Map(kinds.map(({ kind }, index) => [kind, index]));
  const resultOf = (finding: Finding) => formatResult(finding, indexes.get(finding.kind)!);
  const results: Result[] = [
    ...findings.map(resultOf),
    ...allowed.map(({ finding, reason, owner }) => ({
      ...resultOf(finding),
      suppressions: [{ kind: "external" as const, status: "accepted" as const, justification: `${reason} (${owner})` }],
    })),
  ];
  const driver = { name: "parbake", version, rules: kinds.map(formatRule) };
  // One tool, one image: https://docs.oasis-open.org/sarif/sarif/v2.1.0/
  return { $schema: SCHEMA, version: "2.1.0", runs: [{ tool: { driver }, columnKind: "utf16CodeUnits", results }] };
}

function formatRule({ kind, severity, what, fix }: Finding): ReportingDescriptor {
  return {
    id: kind,
    shortDescription: { text: `${what}.` },
    help: { text: fix },
    defaultConfiguration: { level: LEVELS[severity] },
  };
}

function formatResult({ kind, severity, place, what, fix, digest }: Finding, ruleIndex: number): Result {
  return {
    ruleId: kind,
    ruleIndex,
    level: LEVELS[severity],
    message: { text: `${what}. ${fix}` },
    ...(place && { locations: [formatLocation(place)] }),
    ...(digest !== undefined && { partialFingerprints: { "parbake/v1": digest } }),
  };
}

/** An address is relative to the image's root. */
function formatLocation({ file, line, member }: Place): Location {
  const uri = file.slice(1).split("/").map(encodeURIComponent).join("/");
  const region = line === undefined ? {} : { region: { startLine: line } };
  const within =
    member === undefined ? {} : { logicalLocations: [{ fullyQualifiedName: `${file}!${member}`, kind: "member" }] };
  return { physicalLocation: { artifactLocation: { uri, uriBaseId: "IMAGE_ROOT" }, ...region }, ...within };
}
