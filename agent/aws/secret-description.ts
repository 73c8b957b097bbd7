// A secret as DescribeSecret tells it, and which version a planned secret means by it. Pure; there is no value in sight.

import type { SecretStep } from "../plan/plan.ts";

export interface SecretDescription {
  readonly arn: string;
  readonly name: string;
  /** Version id by staging label. A version without a label is not among them. */
  readonly versionIds: Readonly<Record<string, string>>;
  /** Scheduled for deletion: its value cannot be read. */
  readonly isDeleted: boolean;
}

/** Null: no version has the stage. A pinned version is what it is, whether it has a stage or not. */
export function wantedVersionId(
  { version }: Pick<SecretStep, "version">,
  { versionIds }: SecretDescription,
): string | null {
  if (version === undefined) return versionIds["AWSCURRENT"] ?? null;
  switch (version.kind) {
    case "stage":
      return versionIds[version.stage] ?? null;
    case "pinned":
      return version.versionId;
    case "previous":
      return versionIds["AWSPREVIOUS"] ?? versionIds["AWSCURRENT"] ?? null;
  }
}
