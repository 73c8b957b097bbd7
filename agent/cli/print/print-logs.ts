// What `logs` has written, for people. Pure.

import { formatBytes } from "../../size.ts";
import { formatCount, type Paint } from "../text.ts";

interface Written {
  readonly file: string;
  readonly archiveBytes: number;
  readonly files: readonly unknown[];
  readonly taken: readonly { readonly count: number }[];
  readonly accounts: number;
  readonly missing: readonly { readonly what: string; readonly why: string }[];
}

export function formatLogs({ file, archiveBytes, files, taken, accounts, missing }: Written, paint: Paint): string {
  const secrets = taken.reduce((sum, { count }) => sum + count, 0);
  return [
    `${paint.bold(file)}: ${formatCount(files.length, "file")} in ${formatBytes(archiveBytes)}`,
    `taken out: ${formatCount(secrets, "value")} that may be a secret, ${formatCount(accounts, "account id")}`,
    ...(missing.length === 0 ? [] : [`${formatCount(missing.length, "thing")} could not be had`]),
    `Its README says all of it. Look through the archive before you give it away.\n`,
  ].join("\n");
}
