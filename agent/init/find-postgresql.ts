// PostgreSQL in an image: Debian's clusters, of any number of versions, or the one server of the RPM packages.

import type { UnitFile } from "../image/units.ts";
import { foundApp, type Found, type FoundApp } from "./found.ts";
import type { ImageInventory } from "./inventory.ts";

const CLUSTERS = "/etc/postgresql";
/** Of the one server of the RPM packages. */
const DATA = "/var/lib/pgsql/data";

/** Debian's, as pg_createcluster(1) lays them out: /etc/postgresql/VERSION/CLUSTER. */
export function findClusters(image: ImageInventory): readonly Found[] {
  const versions = image.list(CLUSTERS).filter((name) => /^\d+$/.test(name));
  const clusters = versions.flatMap((version) =>
    image.list(`${CLUSTERS}/${version}`).map((name) => ({ version, name })),
  );
  const found = clusters
    .filter(({ version, name }) => image.isThere(`${CLUSTERS}/${version}/${name}/postgresql.conf`))
    // Its instance of the unit has the name, in which systemd would have to escape anything else.
    .map(({ version, name }) => (/^\w[\w.]*$/.test(name) ? describeCluster(version, name) : oddName(version, name)));
  return found.length > 0 ? found : findWithoutCluster(image);
}

function oddName(version: string, name: string): Found {
  const what = `the cluster ${CLUSTERS}/${version}/${name} has a name that init writes no entry for`;
  return { kind: "note", problem: { what, fix: "Add it to the config, or rename it: pg_renamecluster." } };
}

function describeCluster(version: string, cluster: string): FoundApp {
  const known = {
    profile: "postgresql",
    unit: `postgresql@${version}-${cluster}.service`,
    stem: `${version}-${cluster}`,
    evidence: [`${CLUSTERS}/${version}/${cluster}`],
  };
  const replacements = [
    ["/15/main", `/${version}/${cluster}`],
    ["/postgresql/15/", `/postgresql/${version}/`],
  ] as const;
  return foundApp(known, { options: { version }, replacements });
}

function findWithoutCluster(image: ImageInventory): readonly Found[] {
  const version = image.list("/usr/lib/postgresql").findLast((name) => /^\d+$/.test(name));
  if (version === undefined) return [];
  const what = `the image has PostgreSQL ${version} and no cluster in ${CLUSTERS}`;
  return [{ kind: "note", problem: { what, fix: `Make one: pg_createcluster ${version} main` } }];
}

/** @param version where the unit's name has one: the packages of PGDG, each below folders of its version */
export function findServer(image: ImageInventory, unit: UnitFile, version: string | null): Found {
  const data = version === null ? DATA : `/var/lib/pgsql/${version}/data`;
  const found = /^(\d+)\n?$/.exec(image.read(`${data}/PG_VERSION`) ?? "")?.[1];
  if (found === undefined) return noData(data, version);
  const known = { profile: "postgresql", unit: unit.name, stem: found, evidence: [unit.path, data] };
  const replacements = [
    [DATA, data],
    ["/usr/bin/postgres", `/usr/pgsql-${found}/bin/postgres`],
  ] as const;
  return foundApp(known, { options: { version: found }, replacements: version === null ? [] : replacements });
}

// initdb takes no folder that has something in it already.
function noData(data: string, version: string | null): Found {
  const setup =
    version === null ? "postgresql-setup --initdb" : `/usr/pgsql-${version}/bin/postgresql-${version}-setup initdb`;
  return { kind: "note", problem: { what: `PostgreSQL has no data in ${data} yet`, fix: `Make it: ${setup}` } };
}
