// What `plan --check-access` found, a line for each secret and below it what stands in the way. Pure.

import type { SecretAccess } from "../../aws/secret-access.ts";
import { formatColumns } from "../columns.ts";
import type { Paint } from "../text.ts";
import { formatProblems } from "./print-problems.ts";

export function formatAccess(access: readonly SecretAccess[], paint: Paint): string {
  if (access.length === 0) return "\nno secret to check\n";
  const rows = access.map(({ name, id, region, versionId, code }) => [
    code === null ? paint.green("ok") : paint.red(code),
    name,
    region === null ? id : `${id} in ${region}`,
    paint.dim(versionId === null ? "" : `version ${versionId}`),
  ]);
  const problems = access.flatMap((each) => each.problems);
  return `\n${paint.bold("access")}, by DescribeSecret\n${formatColumns(rows, paint, "  ")}${formatProblems(problems, paint, "  ")}`;
}
