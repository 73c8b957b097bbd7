// Where secrets lie, and which units got them: the mounted folder, the links that systemd finds credentials by. Reads names and
// links, never a secret.

import { lstatSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DATA } from "../apply/change/generation-layout.ts";
import { readManaged } from "../apply/state/managed.ts";
import { RUN_FOLDER } from "../apply/state/own-folders.ts";
import { isHandOff } from "../config/hand-off-path.ts";
import { readLink } from "../host/find-entry.ts";
import { locateInRoot } from "../host/resolve-in-root.ts";
import { quote } from "../host/trust.ts";
import { isBelow } from "../names/plain-path.ts";
import { inPlace, listNames, placeOf } from "./places.ts";
import { joinFindings, NOTHING, removing, type Findings, type Removal } from "./removal.ts";

/** Where run-parbake-secrets.mount is mounted. */
export const SECRETS_FOLDER = `${RUN_FOLDER}/secrets`;
const CREDSTORE = "/run/credstore";

/** Folders of secrets: the usual one, and one that a config has named. */
function listStores(root: string): string[] {
  const secrets = [...readManaged(root).files.values()].filter(({ kind }) => kind === "secret");
  return [...new Set([SECRETS_FOLDER, ...secrets.flatMap(({ path }) => storeOf(root, path) ?? [])])];
}

/** The folder above that has the link to the current generation; null: it is gone. */
function storeOf(root: string, path: string): string | null {
  for (let folder = dirname(path); folder !== "/"; folder = dirname(folder))
    if (inPlace(root, placeOf(root, `${folder}/${DATA}`), (opened) => readLink(opened, DATA)) !== null) return folder;
  return null;
}

export function findSecrets(root: string): Findings {
  const stores = listStores(root);
  return joinFindings([
    removing("file", listCredentials(root, stores)),
    removing(
      "store",
      stores.filter((store) => store !== SECRETS_FOLDER),
    ),
    isMounted(root, SECRETS_FOLDER) ? findMount(root) : NOTHING,
  ]);
}

/** Units that parbake gave secrets to: by a drop-in, or by telling them of a new one. */
export function listSecretUnits(root: string, removals: readonly Removal[]): string[] {
  const dropIns = removals.map(({ path }) => path).filter(isHandOff);
  const told = [...readManaged(root).files.values()].filter(({ kind }) => kind === "secret");
  return [
    ...new Set([
      ...dropIns.map((path) => basename(dirname(path)).replace(/\.d$/, "")),
      ...told.flatMap(({ onChange }) => onChange.map(({ unit }) => unit)),
    ]),
  ];
}

function listCredentials(root: string, stores: readonly string[]): string[] {
  const place = placeOf(root, `${CREDSTORE}/.`);
  const names = listNames(root, CREDSTORE);
  const own = inPlace(root, place, (folder) =>
    names.filter((name) => {
      const text = readLink(folder, name);
      return text !== null && stores.some((store) => isBelow(store, text));
    }),
  );
  return (own ?? []).map((name) => `${CREDSTORE}/${name}`);
}

function findMount(root: string): Findings {
  if (root === "/") return removing("mount", [SECRETS_FOLDER]);
  const mounted = join(root, SECRETS_FOLDER);
  const problem = {
    what: `${mounted} is mounted`,
    fix: `Unmount it, as before the image is used: umount ${quote(mounted)}`,
  };
  return { ...NOTHING, problems: [problem] };
}

function isMounted(root: string, path: string): boolean {
  const [folder, above] = [path, dirname(path)].map((each) => join(root, locateInRoot(root, each)));
  const [inner, outer] = [folder, above].map((each) => lstatSync(each ?? "", { throwIfNoEntry: false }));
  return inner !== undefined && outer !== undefined && inner.dev !== outer.dev;
}
