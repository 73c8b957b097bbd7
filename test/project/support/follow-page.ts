// Reads a page of steps that make or change files, and takes a tree there and back. A block's first line names its file: a whole
// file in its language, or `diff` with lines to add somewhere below one that is there: others may have come between. Pure.

import assert from "node:assert/strict";

/** By path. */
export type Tree = ReadonlyMap<string, string>;

interface Step {
  readonly file: string;
  /** Null: the file is made by the step. */
  readonly below: string | null;
  readonly text: string;
}

export function readSteps(page: string): readonly Step[] {
  return [...page.matchAll(/^```(\w+) (\S+)\n(.*?)^```$/gms)].map(([, language, file, body]) =>
    language === "diff" ? readDiff(file!, body!) : { file: file!, below: null, text: body! },
  );
}

function readDiff(file: string, body: string): Step {
  const [context = "", ...added] = body.trimEnd().split("\n");
  assert.match(context, /^ /, `${file}: a line that is there comes first, not '${context}'`);
  for (const line of added) assert.match(line, /^\+/, `${file}: a line to add begins with +, not '${line}'`);
  const text = added.map((line) => `${line.slice(1)}\n`).join("");
  return { file, below: `${context.slice(1)}\n`, text };
}

export function followSteps(tree: Tree, steps: readonly Step[]): Tree {
  return steps.reduce((followed, { file, below, text }) => {
    if (below === null) return new Map(followed).set(file, text);
    const [head, tail] = splitBelow(followed, file, below);
    return new Map(followed).set(file, head + text + tail);
  }, tree);
}

/** The tree as it was before the steps. */
export function undoSteps(tree: Tree, steps: readonly Step[]): Tree {
  return steps.toReversed().reduce((undone, { file, below, text }) => {
    if (below === null) {
      assert.equal(undone.get(file), text, `${file} is not what the page says`);
      return new Map([...undone].filter(([name]) => name !== file));
    }
    const [head, tail] = splitBelow(undone, file, below);
    const parts = `\n${tail}`.split(`\n${text}`);
    assert.equal(parts.length, 2, `${file} has ${parts.length - 1} times, and once is expected:\n${text}`);
    return new Map(undone).set(file, head + parts.join("\n").slice(1));
  }, tree);
}

/** Up to the line, and what is below it. */
function splitBelow(tree: Tree, file: string, line: string): [head: string, tail: string] {
  const source = `\n${tree.get(file) ?? ""}`;
  const parts = source.split(`\n${line}`);
  assert.equal(parts.length, 2, `${file} has ${parts.length - 1} times, and once is expected:\n${line}`);
  return [`${parts[0]}\n${line}`.slice(1), parts[1]!];
}
