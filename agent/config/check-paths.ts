// No two things may land on one path: neither two files, nor a secret and a file, nor a file where another needs a folder. Pure.

import { ownerOf } from "../names/own-places.ts";
import type { Position, Problem } from "../refusal.ts";
import type { Config } from "./config.ts";

interface Landing {
  readonly path: string;
  readonly at: Position;
  readonly isFolder: boolean;
}

/** @param own where the config and the templates are, as the booted machine sees them */
export function checkPaths(config: Config, own: readonly string[]): Problem[] {
  const landings = allLandings(config);
  const byPath = new Map<string, Landing>();
  const problems = landings.flatMap((landing) => [
    ...findReserved(landing, config.secretsFolder),
    ...findOwned(landing, config.secretsFolder, own),
  ]);
  for (const landing of landings) {
    const earlier = byPath.get(landing.path);
    if (earlier)
      problems.push(clash(landing, `${landing.path} is ${landing.isFolder ? "declared" : "written"} twice`, earlier));
    else byPath.set(landing.path, landing);
  }
  for (const landing of landings) {
    const file = parents(landing.path)
      .map((path) => byPath.get(path))
      .find((parent) => parent?.isFolder === false);
    if (file) problems.push(clash(landing, `${file.path} is a file and cannot be the folder of ${landing.path}`, file));
  }
  return problems;
}

function allLandings({ files, folders, secrets, secretsFolder }: Config): Landing[] {
  const keys = secrets.flatMap((secret) => secret.keys);
  const secretFiles = keys.flatMap(({ file, previous, at }) =>
    [file, previous?.file ?? null].map((each) => ({ file: each, at })),
  );
  const named = secretFiles.filter(({ file }) => file !== null);
  const landings = [...named.map(({ file, at }) => ({ path: `${secretsFolder}/${file}`, at })), ...files];
  return [
    ...landings.map(({ path, at }) => ({ path, at, isFolder: false })),
    ...folders.map(({ path, at }) => ({ path, at, isFolder: true })),
  ];
}

/** The names that the generations of secrets need for themselves, at the top of the secrets folder. */
function findReserved({ path, at }: Landing, secretsFolder: string): Problem[] {
  const base = `${secretsFolder.replace(/\/+$/, "")}/`;
  const [name = ""] = path.startsWith(base) ? path.slice(base.length).split("/", 1) : [];
  if (!name.startsWith("..") && name !== ".versions.json") return [];
  return [{ what: `${path}: the name ${name} is parbake's own in the secrets folder`, fix: "Choose another.", at }];
}

function findOwned({ path, at, isFolder }: Landing, secretsFolder: string, config: readonly string[]): Problem[] {
  const owner = ownerOf(path, { secretsFolder, config });
  if (owner === null) return [];
  return [{ what: `${path} is ${owner}`, fix: `Give the ${isFolder ? "folder" : "file"} another path.`, at }];
}

function parents(path: string): string[] {
  const segments = path.split("/");
  return segments.slice(2).map((_, index) => segments.slice(0, index + 2).join("/"));
}

function clash({ at }: Landing, what: string, earlier: Landing): Problem {
  return {
    what: `${what}; the other is at ${earlier.at.file}:${earlier.at.line}`,
    fix: "Give one of them another path.",
    at,
  };
}
