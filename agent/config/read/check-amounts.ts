// How much a config may declare: far more than any machine has, and no more than what can be worked out in a moment. Pure.

import type { Position, Problem } from "../../refusal.ts";
import type { Config } from "../config.ts";
import { MOST_APPS } from "../keys/app-keys.ts";
import type { Field } from "../yaml/field.ts";
import { MOST_LENGTH, MOST_VALUES } from "../yaml/yaml-tokens.ts";

const MOST = { apps: MOST_APPS, secrets: 1000, files: 5000, folders: 5000 } as const;

export function checkAmounts(config: Config): Problem[] {
  return (["apps", "secrets", "files", "folders"] as const).flatMap((key) => {
    const declared: readonly { readonly at: Position }[] = config[key];
    const beyond = declared[MOST[key]];
    if (beyond === undefined) return [];
    const what = `${key}: ${declared.length} are declared, and ${MOST[key]} are the most`;
    return [{ what, fix: "Declare fewer for one machine.", at: beyond.at }];
  });
}

/** @param files in their order */
export function checkValues(files: readonly Field[]): Problem[] {
  let values = 0;
  const beyond = files.find(({ source }) => (values += source.values) > MOST_VALUES);
  if (beyond === undefined) return [];
  const what = `the config has more than ${MOST_VALUES} values, all of its files together`;
  return [{ what, fix: "Make it smaller.", at: beyond.at }];
}

export function checkLength(files: readonly { readonly file: string; readonly text: string }[]): Problem[] {
  let length = 0;
  const beyond = files.find(({ text }) => (length += text.length) > MOST_LENGTH);
  if (beyond === undefined) return [];
  const what = "the config is longer than 1 MiB, all of its files together";
  return [{ what, fix: "Move long texts into templates.", at: { file: beyond.file } }];
}
