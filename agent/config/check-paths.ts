// No two things may land on one path: neither two files, nor a secret and a file, nor a file where another needs a folder. Pure.

import type { Position, Problem } from "../refusal.ts";
import type { Config } from "./config.ts";

interface Landing {
  readonly path: string;
  readonly at: Position;
  readonly isFolder: boolean;
}

export function checkPaths(config: Config): Problem[] {
  const landings = allLandings(config);
  const byPath = new Map<string, Landing>();
  const problems: Problem[] = [];
  for (const landing of landings) {
    const earlier = byPath.get(landing.path);
    if (earlier)
      problems.push(clash(landing, `${landing.path} is ${landing.isFolder ? "declared" : "written"} twice`, earlier));
    else byPath.set(landing.path, landing);
  }
  for (const landing of landings) {
    const parent = parents(landing.path).find((path) => byPath.get(path)?.isFolder === false);
    if (parent)
      problems.push(
        clash(landing, `${parent} is a file and cannot be the folder of ${landing.path}`, byPath.get(parent)!),
      );
  }
  return problems;
}

function allLandings({ files, folders, secrets, secretsFolder }: Config): Landing[] {
  const keys = secrets.flatMap((secret) => secret.keys);
  const secretFiles = keys.filter(({ file }) => file !== null);
  const landings = [...secretFiles.map(({ file, at }) => ({ path: `${secretsFolder}/${file}`, at })), ...files];
  return [
    ...landings.map(({ path, at }) => ({ path, at, isFolder: false })),
    ...folders.map(({ path, at }) => ({ path, at, isFolder: true })),
  ];
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
