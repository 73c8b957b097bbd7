// The apps that an image has and parbake has profiles for: by their units and what their own files say of them. Of the image's
// programs it asks only those whose version nothing else tells.

import type { UnitFile } from "../image/units.ts";
import type { Problem } from "../refusal.ts";
import { UNITS } from "./detection.ts";
import { findClusters, findServer } from "./find-postgresql.ts";
import { findServices } from "./find-services.ts";
import { foundApp, type Found, type FoundApp } from "./found.ts";
import type { ImageInventory } from "./inventory.ts";

/** In the order of the profiles' names, the operator's own services last. */
export async function findApps(image: ImageInventory): Promise<readonly Found[]> {
  const packaged = await Promise.all(Object.keys(UNITS).map((profile) => findByUnit(image, profile)));
  return [...packaged.flat(), ...findServices(image)];
}

async function findByUnit(image: ImageInventory, profile: string): Promise<readonly Found[]> {
  const found = [...image.services.values()].flatMap((unit) => {
    const match = UNITS[profile]!.exec(unit.name);
    return match === null ? [] : [{ unit, version: match.groups?.["version"] ?? null }];
  });
  if (profile === "postgresql" && found.some(({ unit }) => unit.name === "postgresql@.service"))
    return findClusters(image);
  return Promise.all(found.map(({ unit, version }) => describe(image, profile, unit, version)));
}

async function describe(
  image: ImageInventory,
  profile: string,
  unit: UnitFile,
  version: string | null,
): Promise<Found> {
  const stem = version ?? unit.name.replace(/\.service$/, "");
  const known = { profile, unit: unit.name, stem, evidence: [unit.path] };
  switch (profile) {
    case "mysql":
      return foundApp(known, await findMysqlVersion(image));
    case "nginx":
      return foundApp(known, { vars: findNginxUser(image) });
    case "php-fpm":
      // The version of the heads, which is Debian 12's.
      return foundApp(known, { replacements: version === null ? [] : [["8.2", version]] });
    case "postgresql":
      return findServer(image, unit, version);
    case "redis":
      return foundApp(known, { vars: findOldRedis(image) });
  }
  return foundApp(known);
}

/** The template's own default is Debian's www-data. */
function findNginxUser(image: ImageInventory): Readonly<Record<string, string>> {
  const [, user] = /^\s*user\s+([a-z_][\w-]*)/m.exec(image.read("/etc/nginx/nginx.conf") ?? "") ?? [];
  return user === undefined || user === "www-data" ? {} : { nginxUser: user };
}

/** Redis's own redis.conf explains each setting that it knows: maxmemory-clients came with 7. */
function findOldRedis(image: ImageInventory): Readonly<Record<string, string>> {
  const text = image.read("/etc/redis/redis.conf") ?? image.read("/etc/redis6/redis6.conf");
  return text === null || text.includes("maxmemory-clients") ? {} : { redisBefore7: "true" };
}

const MYSQL_PACKAGE = /^mysql-server(?:-core)?-(\d+\.\d+)[.:]/;

async function findMysqlVersion(image: ImageInventory): Promise<Pick<FoundApp, "options" | "guesses">> {
  const packaged = image.list("/var/lib/dpkg/info").flatMap((name) => MYSQL_PACKAGE.exec(name)?.[1] ?? [])[0];
  const version = packaged ?? /Ver (\d+\.\d+)/.exec((await image.askVersion("/usr/sbin/mysqld")) ?? "")?.[1];
  if (version !== undefined) return { options: { version: version.replace(/^9\..*/, "9") }, guesses: [] };
  const guess: Problem = {
    what: "the image does not tell which release of MySQL it has: 8.4 is taken for it",
    fix: "Give the app its `version` in the config: 8.0, 8.4 or 9.",
  };
  return { options: { version: "8.4" }, guesses: [guess] };
}
