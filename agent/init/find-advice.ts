// What the image still lacks for a program to read what parbake writes, and what parbake will replace: to be done in the bake.

import { basename, dirname } from "node:path/posix";
import type { FileConfig } from "../config/config.ts";
import { quote } from "../host/trust.ts";
import type { UnitFile } from "../image/units.ts";
import type { Problem } from "../refusal.ts";
import { PROGRAMS } from "./detection.ts";
import type { FoundApp } from "./found.ts";
import type { ImageInventory } from "./inventory.ts";
import { readCommands, readEnvironmentFiles } from "./unit-lines.ts";

export function findAdvice(app: FoundApp, files: readonly FileConfig[], image: ImageInventory): readonly Problem[] {
  return [
    ...files.flatMap((file) => [...adviseReplaced(file, image), ...adviseUnread(app, file, image)]),
    ...advisePrecedence(app, image),
  ];
}

/** Names the argument alone: what is given to it is the operator's. */
function advisePrecedence({ profile, unit }: FoundApp, image: ImageInventory): readonly Problem[] {
  const words = readCommands(image.services.get(unit)?.text ?? "").flatMap((command) => command.split(/[\s"']+/));
  const names = words.flatMap((word) => PROGRAMS[profile]?.precedent.exec(word)?.[0] ?? []);
  if (names.length === 0) return [];
  const what = `ExecStart= of ${unit} has ${names.join(", ")}, which takes precedence over what parbake tunes`;
  return [{ what, fix: "Take it out." }];
}

function adviseReplaced({ path, template }: FileConfig, image: ImageInventory): readonly Problem[] {
  if (image.isManaged(path)) return [];
  // One of comments alone says nothing.
  const says = (image.read(path) ?? "").split("\n").some((line) => !/^\s*(?:#|$)/.test(line));
  if (!says) return [];
  const fix = `Move into templates/${template} what of it is to stay.`;
  return [{ what: `apply will replace the whole of ${path}, which the image has`, fix }];
}

function adviseUnread(app: FoundApp, file: FileConfig, image: ImageInventory): readonly Problem[] {
  const include = INCLUDES[app.profile]?.(file.path);
  if (include !== undefined) return adviseInclude(include, file, image);
  const unit = image.services.get(app.unit);
  return unit === undefined ? [] : adviseUnreadEnvironment(unit, file);
}

export function adviseUnreadEnvironment(unit: UnitFile, { template, path }: FileConfig): readonly Problem[] {
  if (!template.endsWith(".env.hbs")) return [];
  const isRead = readEnvironmentFiles(unit).includes(path) || isReadOtherwise(unit, path);
  return isRead ? [] : [adviseEnvironment(unit.name, path)];
}

/** Without the unit: an init script reads the file of its name (Debian Policy, 9.3.2), and ecs-init the instance's own. */
function isReadOtherwise(unit: UnitFile, path: string): boolean {
  if (dirname(unit.path) === "/etc/init.d") return path === `/etc/default/${basename(unit.path)}`;
  return unit.name === "ecs.service" && path === "/var/lib/ecs/ecs.config";
}

function adviseEnvironment(unit: string, path: string): Problem {
  const folder = quote(`/etc/systemd/system/${unit}.d`);
  const dropIn = String.raw`printf '[Service]\nEnvironmentFile=-${path}\n' >${folder}/50-environment.conf`;
  return { what: `${unit} does not read ${path}`, fix: `In the bake: install -d ${folder} && ${dropIn}` };
}

/** A program's own config that has to name what parbake writes. */
interface Include {
  /** The first of these that is there. */
  readonly configs: readonly string[];
  readonly line: string;
  /** What an existing line of that effect has in it. */
  readonly names: string;
  readonly place: "start" | "end";
}

export const INCLUDES: Readonly<Record<string, (path: string) => Include | undefined>> = {
  cassandra: (path) => ({
    configs: ["/etc/cassandra/cassandra-env.sh", "/etc/cassandra/conf/cassandra-env.sh"],
    line: `set -a; . ${path}; set +a`,
    names: path,
    place: "start",
  }),
  mariadb: (path) => includeFolder(path, ["/etc/mysql/mariadb.cnf", "/etc/my.cnf"]),
  mysql: (path) => includeFolder(path, ["/etc/mysql/my.cnf", "/etc/my.cnf"]),
  pgbouncer: (path) => {
    // Not for the drop-in of its unit.
    const include = includeFile(path, ["/etc/pgbouncer/pgbouncer.ini"]);
    return path.endsWith(".ini") ? { ...include, line: `%${include.line}` } : undefined;
  },
  postgresql: (path) => ({
    configs: [`${dirname(dirname(path))}/postgresql.conf`],
    line: `include_dir = '${basename(dirname(path))}'`,
    names: `'${basename(dirname(path))}'`,
    place: "end",
  }),
  redis: (path) => includeFile(path, ["/etc/redis/redis.conf", "/etc/redis6/redis6.conf", "/etc/redis.conf"]),
  valkey: (path) => includeFile(path, ["/etc/valkey/valkey.conf"]),
};

function includeFile(path: string, configs: readonly string[]): Include {
  return { configs, line: `include ${path}`, names: path, place: "end" };
}

function includeFolder(path: string, configs: readonly string[]): Include {
  return { configs, line: `!includedir ${dirname(path)}`, names: dirname(path), place: "end" };
}

export function adviseInclude(
  include: Include,
  { path, owner, mode }: FileConfig,
  image: ImageInventory,
): readonly Problem[] {
  const { configs, line, names, place } = include;
  const config = configs.find((each) => image.isThere(each)) ?? configs[0]!;
  const text = image.read(config);
  const lines = (text ?? "").split("\n").filter((each) => !/^\s*#/.test(each));
  if (lines.some((each) => each.includes(names))) return [];
  const add = place === "end" ? `echo "${line}" >>${config}` : `sed -i '1i ${line}' ${config}`;
  // Redis, Valkey and PgBouncer refuse to start while a file that they include is missing.
  const isFile = names === path;
  const make = isFile ? ` && install -o ${owner} -m 0${mode.toString(8)} /dev/null ${path}` : "";
  const what = isFile ? path : dirname(path);
  const found = text === null ? `was not to be read, and must include ${what}` : `does not include ${what}`;
  return [{ what: `${config} ${found}`, fix: `In the bake: ${add}${make}` }];
}
