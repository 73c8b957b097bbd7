// What belongs to an entry and stands beside it, not below it: YAML reads it as entries of its own, each of which is wrong in another
// way. Told as the one mistake that it is. Pure.

import type { KeyRules } from "../keys/rule.ts";
import type { Field } from "../yaml/field.ts";

type Entry = readonly [name: string, field: Field];

/**
 * The entries that are left.
 * @param wanted the key that a real entry has, whatever its name is
 */
export function withoutOutdented(entries: readonly Entry[], rules: KeyRules, wanted: string): Entry[] {
  const kept: Entry[] = [];
  let owner: string | null = null;
  let isTold = false;
  for (const [name, field] of entries) {
    if (owner !== null && Object.hasOwn(rules, name) && field.peek(wanted) === undefined) {
      if (!isTold) refuse(owner, name, field);
      if (kept.at(-1)?.[0] === owner) kept.pop();
      isTold = true;
      continue;
    }
    owner = field.isEmpty ? name : null;
    isTold = false;
    kept.push([name, field]);
  }
  return kept;
}

function refuse(owner: string, name: string, { source, keyAt }: Field): void {
  const what = `'${name}' stands beside '${owner}', to which it belongs`;
  source.problems.push({ what, fix: `Indent it deeper than '${owner}', with all that follows.`, at: keyAt });
}
