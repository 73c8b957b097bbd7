// The pages that lead through the code name what is there, and all of it.

import assert from "node:assert/strict";
import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const TOP = join(import.meta.dirname, "../..");

const readPage = (page: string): string => readFileSync(join(TOP, page), "utf8");

function listFolders(folder: string): string[] {
  const entries = readdirSync(join(TOP, folder), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

describe("the map of the code in CONTRIBUTING.md", () => {
  const [, map] = /^## The code in ten minutes\n+```text\n([^]*?)```/m.exec(readPage("CONTRIBUTING.md"))!;
  const [agent, rest] = map!.split(/^(?=templates\/)/m);

  it("names every folder of agent/, and each in its room", () => {
    const parts = new Map(agent!.split(/^(?= {2}\w)/m).map((part) => [part.trimStart().split("/", 1)[0], part]));
    for (const room of listFolders("agent"))
      for (const inner of ["", ...listFolders(`agent/${room}`)])
        assert.match(parts.get(room) ?? "", new RegExp(`\\b${inner || room}/`), `agent/${room}/${inner}`);
  });

  it("names nothing that is not there", () => {
    const known = new Set(globSync("agent/**", { cwd: TOP }).map((path) => path.slice(path.lastIndexOf("/") + 1)));
    const named = [...agent!.matchAll(/\b([\w-]+\.ts)\b|\b([\w-]+)\/(?=\s)/g)].map(
      ([, file, folder]) => file ?? folder!,
    );
    assert.deepEqual(
      named.filter((name) => !known.has(name)),
      [],
    );
    for (const [, folder] of rest!.matchAll(/^(\w+)\/ /gm)) assert.ok(existsSync(join(TOP, folder!)), folder);
  });
});

describe("CONTRIBUTING.md", () => {
  it("names files and folders that are there", () => {
    const quoted = [...readPage("CONTRIBUTING.md").matchAll(/`([\w./-]+\/[\w./-]*)`/g)].map(([, path]) => path!);
    const places = [TOP, join(TOP, "agent"), ...globSync("agent/**/", { cwd: TOP }).map((folder) => join(TOP, folder))];
    const isThere = (path: string) =>
      places.some((place) => existsSync(join(place, path))) || existsSync(join(TOP, "test/unit", `${path}.test.ts`));
    assert.ok(quoted.length > 30, "it names files");
    assert.deepEqual(
      quoted.filter((path) => !/NAME|FAMILY|ROOM/.test(path) && !isThere(path)),
      [],
    );
  });
});

describe("test/README.md", () => {
  it("names every folder of test/", () => {
    const page = readPage("test/README.md");
    for (const folder of listFolders("test")) assert.match(page, new RegExp(`\`${folder}/?\``), folder);
  });
});
