// The instance's tags, where the instance offers them through IMDS: a list of keys, then one read each.

import type { Problem } from "../refusal.ts";
import type { ImdsClient } from "./imds/imds-client.ts";
import { wrongValue } from "./instance-reads.ts";

const PATH = "tags/instance";

// EC2 allows 50 tags; IMDS serves only tags whose key is one path segment of these characters.
const MOST_TAGS = 50;
const KEY = /^[\w+\-=.,:@]{1,128}$/;
// EC2 allows 256 characters, of any language; control characters have no place in a config file.
const VALUE = /^[^\p{Cc}]{0,256}$/u;

interface TagsFound {
  readonly path: string;
  /** Null: not offered. */
  readonly value: Readonly<Record<string, string>> | null;
  readonly problem: Problem | null;
}

export async function fetchTags(client: ImdsClient): Promise<TagsFound> {
  const list = await fetchEmptyToo(client, PATH);
  if (list === null) return { path: PATH, value: null, problem: null };
  const keys = list.split("\n").filter((line) => line !== "");
  const problem = keysProblem(keys);
  if (problem) return { path: PATH, value: null, problem };
  const tags = await Promise.all(
    keys.map(async (key) => [key, await fetchEmptyToo(client, `${PATH}/${key}`)] as const),
  );
  // A tag may have been taken away between the list and the read.
  return checkValues(tags.filter((tag): tag is readonly [string, string] => tag[1] !== null));
}

/** A tag may have no value. So may an IMDS that is asked too often, but not twice. */
async function fetchEmptyToo(client: ImdsClient, path: string): Promise<string | null> {
  const text = await client.fetch(path, "be-empty");
  return text === "" ? client.fetch(path, "be-empty") : text;
}

function keysProblem(keys: readonly string[]): Problem | null {
  if (keys.length > MOST_TAGS) return wrongValue(PATH, `${keys.length} lines`, `a list of up to ${MOST_TAGS} tags`);
  const wrong = keys.find((key) => !KEY.test(key));
  return wrong === undefined ? null : wrongValue(PATH, wrong, "the key of a tag");
}

function checkValues(tags: readonly (readonly [string, string])[]): TagsFound {
  const wrong = tags.find(([, value]) => !VALUE.test(value));
  if (wrong) return { path: PATH, value: null, problem: wrongValue(`${PATH}/${wrong[0]}`, wrong[1], "a tag's value") };
  return { path: PATH, value: Object.fromEntries(tags), problem: null };
}
