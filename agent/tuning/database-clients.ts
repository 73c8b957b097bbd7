// Warns if an image's database accepts fewer connections than the image's own apps may open at once. Pure.

import type { AppConfig } from "../config/config.ts";
import { declaredAt } from "../refusal.ts";
import type { BelowUseful, Settings } from "./profile/profile.ts";
import { settingNamed } from "./profile/setting-named.ts";
import type { AppPlan } from "./tuning.ts";

const DATABASES: ReadonlySet<string> = new Set(["mariadb", "mysql", "postgresql"]);
const SETTING = "max_connections";

/** Where the image has it, its apps reach PostgreSQL through it. */
const POOLER = "pgbouncer";

interface Client {
  /** What opens a connection of its own to the database, in the plural. */
  readonly what: string;
  /** How many of them there are. */
  count(settings: Settings): number;
  /** The option that would make them fewer. */
  readonly option: string;
}

/**
 * By profile. A child of PHP-FPM and a thread of Gunicorn or uWSGI serve one request at a time; the pool of a Rails process, of
 * Puma or Sidekiq, has a connection for each thread (rails/rails, config/database.yml: RAILS_MAX_THREADS). For a JVM or Node the app's own pool
 * decides.
 */
const CLIENTS: Readonly<Record<string, Client>> = {
  [POOLER]: {
    what: "server connections",
    count: (settings) => numberOf(settings, "server_connections"),
    option: "pools or poolSize",
  },
  "php-fpm": { what: "children", count: (settings) => numberOf(settings, "pm_max_children"), option: "maxChildren" },
  puma: {
    what: "threads",
    count: (settings) => Math.max(1, numberOf(settings, "workers")) * numberOf(settings, "threads"),
    option: "workers",
  },
  python: {
    what: "threads",
    count: (settings) => numberOf(settings, "workers") * numberOf(settings, "threads"),
    option: "workers",
  },
  sidekiq: {
    what: "threads",
    count: (settings) => numberOf(settings, "processes") * numberOf(settings, "concurrency"),
    option: "processes",
  },
  uwsgi: {
    what: "threads",
    count: (settings) => numberOf(settings, "workers") * numberOf(settings, "threads"),
    option: "workers",
  },
};

/** Warns at the database. With several databases nobody knows which app uses which, so none is warned of. */
export function warnOfClients(apps: readonly AppPlan[], configs: readonly AppConfig[]): readonly AppPlan[] {
  const [database, another] = apps.filter(({ profile }) => DATABASES.has(profile));
  if (!database || another) return apps;
  const found = findFew(database, apps);
  if (found === null) return apps;
  const at = configs.find(({ name }) => name === database.name)?.at;
  const warned = { ...database, belowUseful: [...database.belowUseful, { ...found, ...declaredAt(at) }] };
  return apps.map((app) => (app === database ? warned : app));
}

/** Null: the connections suffice, or the operator chose their number. */
function findFew(database: AppPlan, apps: readonly AppPlan[]): BelowUseful | null {
  const clients = listClients(database, apps).flatMap(({ name, profile, settings }) => {
    const client = CLIENTS[profile];
    return client === undefined ? [] : [{ ...client, name, most: client.count(settings) }];
  });
  const least = clients.reduce((sum, { most }) => sum + most, 0);
  const { value, text, boundBy } = settingNamed(database.settings, SETTING);
  if (Number(value) >= least || boundBy === "user") return null;
  // Without numbers, which differ by machine: for many machines this stays one finding.
  const openers = clients.map(({ name, what }) => `the ${what} of ${name}`).join(" and ");
  const fewer = clients.map(({ name, option }) => `${option} of ${name}`).join(" or ");
  return {
    setting: SETTING,
    got: text,
    least,
    because: `${openers} may open more, one each`,
    fix: `Raise the option connections of ${database.name}, or lower the option ${fewer}.`,
  };
}

function listClients({ profile }: AppPlan, apps: readonly AppPlan[]): readonly AppPlan[] {
  const poolers = profile === "postgresql" ? apps.filter((app) => app.profile === POOLER) : [];
  return poolers.length > 0 ? poolers : apps.filter((app) => app.profile !== POOLER);
}

/** 1 if the profile has no such setting, as uvicorn has no threads. */
function numberOf(settings: Settings, name: string): number {
  return Number(settings[name]?.value ?? 1);
}
