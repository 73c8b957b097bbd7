// Which files of an image decide what a boot does, with their digests: config, templates, units, and parbake itself. Never writes, and
// never takes a digest of what may hold a secret, such as /etc/parbake/environment.

import { existsSync, lstatSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Config } from "../config/config.ts";
import { isHandOff } from "../config/hand-off-path.ts";
import { pathInRoot, resolveInRoot } from "../host/resolve-in-root.ts";
import { listImageFolder, listImageTree } from "../image/read-image-text.ts";
import { DEFAULT_SECRETS_FOLDER, ownerOf } from "../names/own-places.ts";
import { digestFile } from "./digest-file.ts";
import type { BakedInput, BakeManifest, InputKind } from "./manifest.ts";

/** @param config null: the image has none */
export function listInputs(config: Config | null, root: string): Pick<BakeManifest, "inputs" | "inputFolders"> {
  const sources = (config?.sources ?? []).map((path) => locate(root, path)).filter((path) => path !== null);
  const folder = config === null ? null : locate(root, config.templatesFolder);
  const templates = folder === null ? [] : listImageTree(root, folder);
  const dropIns = sources.slice(0, 1).map((path) => join(dirname(path), "parbake.d"));
  const configs = new Set([...sources, ...dropIns.flatMap((each) => listImageTree(root, each))]);
  const inputs = [
    ...take("config", [...configs], root),
    ...take("template", templates, root),
    ...take("unit", listUnits(root), root),
    ...take("program", ["/usr/bin/parbake"], root),
  ];
  return { inputs, inputFolders: [...dropIns, ...(folder === null ? [] : [folder])] };
}

/** Null: it is not in the image, as a config that the seal alone is given. */
function locate(root: string, path: string): string | null {
  return root === "/" ? path : pathInRoot(root, path);
}

function take(kind: InputKind, paths: readonly string[], root: string): BakedInput[] {
  return paths
    .filter((path) => existsSync(resolveInRoot(root, path)))
    .map((path) => ({ kind, path, ...digestFile(root, path) }));
}

const UNIT_FOLDERS = ["/etc/systemd/system", "/usr/lib/systemd/system"];

/** Those that install, init and a seal write: symlinks only enable them. */
function listUnits(root: string): string[] {
  const names = UNIT_FOLDERS.flatMap((folder) => listImageFolder(root, folder).map((name) => `${folder}/${name}`));
  const files = names.flatMap((path) =>
    path.endsWith(".d") ? listImageFolder(root, path).map((name) => `${path}/${name}`) : path,
  );
  return files.filter((path) => isOwn(path) && lstatSync(resolveInRoot(root, path)).isFile());
}

function isOwn(path: string): boolean {
  return isHandOff(path) || ownerOf(path, { secretsFolder: DEFAULT_SECRETS_FOLDER, config: [] }) !== null;
}
