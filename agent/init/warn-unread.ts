// Which files of the config no program of the image reads, as far as its units and its programs' own configs tell. Pure.

import { dirname } from "node:path/posix";
import type { Config, FileConfig } from "../config/config.ts";
import type { UnitFile } from "../image/units.ts";
import type { Problem } from "../refusal.ts";
import { adviseInclude, adviseUnreadEnvironment, INCLUDES } from "./find-advice.ts";
import type { ImageInventory } from "./inventory.ts";

/** Nothing of what it cannot tell: a unit or a config that the image has not, an instance, a program that reads by itself. */
export function warnUnread({ apps, files }: Config, image: ImageInventory): readonly Problem[] {
  const profiles = new Set(apps.map(({ profile }) => profile));
  return files.flatMap((file) => {
    const found = [...warnEnvironment(file, image), ...[...profiles].flatMap((each) => warnInclude(each, file, image))];
    return found.map((problem) => ({ ...problem, at: file.at }));
  });
}

function warnEnvironment(file: FileConfig, image: ImageInventory): readonly Problem[] {
  const units = file.onChange.flatMap(({ unit }) => image.services.get(unit) ?? []);
  const [first] = units;
  if (first === undefined || units.some((unit) => mayRead(unit, file.path))) return [];
  return adviseUnreadEnvironment(first, file).map(({ what, fix }) => ({
    what,
    fix: fix.replace(/^In the bake:/, "Unless its program reads the file by itself, in the bake:"),
  }));
}

/** A line that names the file, or one of more files than the text tells. */
function mayRead({ text }: UnitFile, path: string): boolean {
  return text.includes(path) || /^\s*EnvironmentFile\s*=.*(?:%[^pNn]|[*?[])/m.test(text);
}

/** A config below whose folder the file lies is the one that has to name it. */
function warnInclude(profile: string, file: FileConfig, image: ImageInventory): readonly Problem[] {
  const include = INCLUDES[profile]?.(file.path);
  const config = include?.configs.find((path) => image.isThere(path));
  if (include === undefined || config === undefined || file.path === config) return [];
  const folder = dirname(config);
  return folder !== "/etc" && file.path.startsWith(`${folder}/`) ? adviseInclude(include, file, image) : [];
}
