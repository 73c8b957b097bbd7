// What a secret's version is called wherever it is shown. Pure.

import type { SecretStep } from "./plan.ts";

/** `prod/db`, `prod/db@AWSPENDING`, `prod/db@<version id>`. */
export function secretLabel({ id, version }: Pick<SecretStep, "id" | "version">): string {
  if (version === undefined) return id;
  switch (version.kind) {
    case "stage":
      return `${id}@${version.stage}`;
    case "pinned":
      return `${id}@${version.versionId}`;
    case "previous":
      return `${id}@AWSPREVIOUS`;
  }
}
