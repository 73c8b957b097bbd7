import assert from "node:assert/strict";
import { parseConfig } from "../../../../agent/config/read/parse-config.ts";
import { formatProblem } from "../../../../agent/refusal.ts";

const FILES = "files:\n  - { template: a.hbs, path: /srv/app/a.conf }\n";

function parse(...texts: string[]) {
  return parseConfig(texts.map((text, index) => ({ file: `${index}.yaml`, text })));
}

function foldersOf(...texts: string[]) {
  const result = parse(...texts);
  assert.ok(result.kind === "config", JSON.stringify(result));
  return result.config.folders.map(({ path, owner, group, mode }) => ({ path, owner, group, mode }));
}

function problemsOf(text: string): string[] {
  const result = parse(text);
  assert.ok(result.kind === "problems");
  return result.problems.map(formatProblem);
}

describe("folders: of the config", () => {
  it("gives a folder to root with mode 0755 unless told otherwise", () => {
    const folders = foldersOf(
      `${FILES}folders:\n  - path: /srv\n  - { path: /srv/app, owner: api, group: 4711, mode: "2750" }\n`,
    );
    assert.deepEqual(folders, [
      { path: "/srv", owner: "root", group: null, mode: 0o755 },
      { path: "/srv/app", owner: "api", group: "4711", mode: 0o2750 },
    ]);
  });

  it("lets a later file's entry of the same path win whole", () => {
    const folders = foldersOf(
      `${FILES}folders:\n  - { path: /srv, owner: api }\n  - path: /opt\n`,
      'folders:\n  - { path: /srv, mode: "0700" }\n',
    );
    assert.deepEqual(folders, [
      { path: "/opt", owner: "root", group: null, mode: 0o755 },
      { path: "/srv", owner: "root", group: null, mode: 0o700 },
    ]);
  });

  it("refuses a path twice, a folder where a file is to be, a file as its parent, and one without a path", () => {
    assert.deepEqual(problemsOf(`${FILES}folders:\n  - path: /srv/app\n  - path: /srv/app\n`), [
      "0.yaml:5:5: /srv/app is declared twice; the other is at 0.yaml:4. Give one of them another path.",
    ]);
    assert.deepEqual(problemsOf(`${FILES}folders:\n  - path: /srv/app/a.conf\n`), [
      "0.yaml:4:5: /srv/app/a.conf is declared twice; the other is at 0.yaml:2. Give one of them another path.",
    ]);
    assert.deepEqual(problemsOf(`${FILES}folders:\n  - path: /srv/app/a.conf/b\n`), [
      "0.yaml:4:5: /srv/app/a.conf is a file and cannot be the folder of /srv/app/a.conf/b; the other is at 0.yaml:2. Give one of them another path.",
    ]);
    assert.deepEqual(problemsOf(`${FILES}folders:\n  - { owner: api }\n`), [
      "0.yaml:4:5: folders[0]: has no path. Add `path:`.",
    ]);
  });
});
