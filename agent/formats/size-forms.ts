// How apps spell an amount of memory in their config, by the app's name. Pure.

import { GIB, KIB, MIB, TIB } from "../size.ts";

type Units = readonly (readonly [suffix: string, bytes: number])[];

const BINARY = [TIB, GIB, MIB, KIB, 1] as const;

function units(...suffixes: readonly (string | null)[]): Units {
  return BINARY.flatMap((unitBytes, index) => {
    const suffix = suffixes[index];
    return suffix === null || suffix === undefined ? [] : [[suffix, unitBytes] as const];
  });
}

/**
 * Suffixes for TiB, GiB, MiB, KiB and bytes; null where the app does not know the unit. All of them count in 1024s, which
 * `1k` of Redis and `1M` of Kubernetes do not.
 */
const FORMS: Readonly<Record<string, Units>> = {
  cassandra: units(null, "GiB", "MiB", "KiB", "B"),
  docker: units(null, "g", "m", "k", "b"),
  elasticsearch: units("tb", "gb", "mb", "kb", "b"),
  go: units("TiB", "GiB", "MiB", "KiB", "B"),
  haproxy: units(null, "g", "m", "k", ""),
  jvm: units(null, "g", "m", "k", null),
  kubernetes: units("Ti", "Gi", "Mi", "Ki", ""),
  mysql: units(null, "G", "M", "K", ""),
  nginx: units(null, null, "m", "k", ""),
  node: units(null, null, "", null, null),
  opensearch: units("tb", "gb", "mb", "kb", "b"),
  php: units(null, "G", "M", "K", ""),
  postgresql: units("TB", "GB", "MB", "kB", null),
  redis: units(null, "gb", "mb", "kb", ""),
  systemd: units("T", "G", "M", "K", ""),
  varnish: units("t", "g", "m", "k", ""),
};

/** .NET reads every number of its environment as hexadecimal. */
const HEXADECIMAL = "dotnet";

export const SIZE_FORMS: readonly string[] = [...Object.keys(FORMS), HEXADECIMAL].toSorted();

/**
 * In the largest unit that leaves no fraction, rounded down to the app's smallest; zero in its largest that needs no unit.
 * Null: `SIZE_FORMS` does not have the app.
 */
export function formatSize(sizeBytes: number, app: string): string | null {
  if (app === HEXADECIMAL) return `0x${sizeBytes.toString(16).toUpperCase()}`;
  const form = Object.hasOwn(FORMS, app) ? (FORMS[app] ?? []) : [];
  const smallest = form.at(-1);
  if (smallest === undefined) return null;
  const [smallestSuffix, smallestBytes] = smallest;
  const whole = Math.floor(sizeBytes / smallestBytes) * smallestBytes;
  if (whole === 0) return `0${smallestSuffix}`;
  const [suffix, unitBytes] = form.find(([, bytes]) => whole % bytes === 0) ?? smallest;
  return `${whole / unitBytes}${suffix}`;
}
