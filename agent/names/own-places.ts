// Which places of a machine are parbake's own: what it is told by, what it remembers, what systemd starts it with. Neither a
// file nor a folder nor a secret of the config may be one of them. Pure; knows paths as the booted machine sees them.

import { isBelow, isWithin } from "./plain-path.ts";

/** The places of parbake's own that a config chooses. */
export interface OwnPlaces {
  readonly secretsFolder: string;
  /** The config, its drop-ins and its templates where they are elsewhere than in /etc/parbake. */
  readonly config: readonly string[];
}

/** Where a machine has its config. */
export const CONFIG_FILE = "/etc/parbake/parbake.yaml";

/** Where a config that names none has its secrets. */
export const DEFAULT_SECRETS_FOLDER = "/run/parbake/secrets";

/** Where AWS is and how to reach it, for parbake's units and for its commands. */
export const ENVIRONMENT_FILE = "/etc/parbake/environment";

/** The JSON Schema of the config, for editors. */
export const SCHEMA_FILE = "/usr/share/parbake/parbake.schema.json";

const PLACES: readonly (readonly [path: string, what: string])[] = [
  ["/etc/parbake", "config"],
  ["/run/parbake", "state"],
  ["/var/lib/parbake", "state"],
  ["/usr/bin/parbake", "program"],
  ["/usr/share/parbake", "description of the image"],
];

const UNITS_FOLDER =
  /^\/(?:etc|run|lib|usr\/lib|usr\/local\/lib)\/systemd\/(?:system|system\.control|transient)\/(.+)$/;
const UNIT =
  /^(?:[^/]+\.(?:wants|requires|upholds)\/)?(?:parbake(?:-ready@[^/]*|-held|-console|-retry|-refresh|-revert)?\.(?:service|timer)|run-parbake-secrets\.mount)(?:\.d)?(?:\/.*)?$/;
const HOLD = /^[^/]+\.d\/10-parbake\.conf$/;

/** `parbake's own config`: what a path is taken by already; null: it is free. */
export function ownerOf(path: string, { secretsFolder, config }: OwnPlaces): string | null {
  if (isBelow(secretsFolder, path)) return null;
  if (path === secretsFolder) return "the secrets folder itself";
  const own = config.some((place) => isWithin(place, path))
    ? "config"
    : PLACES.find(([place]) => isWithin(place, path))?.[1];
  if (own !== undefined) return `parbake's own ${own}`;
  const unit = UNITS_FOLDER.exec(path)?.[1];
  return unit !== undefined && (UNIT.test(unit) || HOLD.test(unit)) ? "a unit of parbake's own" : null;
}

/** The same for the metrics, which are not a secret and change with each run. */
export function ownerOfMetrics(path: string, places: OwnPlaces): string | null {
  return isBelow(places.secretsFolder, path) ? "in the secrets folder" : ownerOf(path, places);
}

// Folders that programs other than parbake count on: what lies there is not parbake's to replace.
const SHARED = new Set(
  (
    "/bin /boot /dev /etc /home /lib /lib64 /media /mnt /opt /proc /root /run /sbin /srv /sys /tmp /usr /var " +
    "/dev/shm /run/credentials /run/credstore /run/lock /run/systemd /run/user /usr/bin /usr/lib /usr/local /usr/sbin " +
    "/var/lib /var/log /var/run /var/tmp"
  ).split(" "),
);

/** Where parbake keeps its own documents below /run/parbake. */
const STATE_NAMES = /^\/run\/parbake\/(?:console|given-up|lock|over|ready|waiting|[^/]+\.json)(?:\/|$)/;

/** Why a path cannot be the secrets folder, all of which parbake replaces in one go; null: it can. */
export function flawOfSecretsFolder(path: string, config: readonly string[]): string | null {
  if (SHARED.has(path)) return "is a folder that other programs use, too";
  const places = [...PLACES.map(([place]) => place), ...config];
  const inside = places.find((place) => isWithin(path, place));
  if (inside !== undefined) return `holds ${inside}, which is parbake's own`;
  const around = places.find((place) => place !== "/run/parbake" && isBelow(place, path));
  if (around !== undefined) return `is within ${around}, which is parbake's own`;
  return STATE_NAMES.test(path) ? "is parbake's own state" : null;
}
