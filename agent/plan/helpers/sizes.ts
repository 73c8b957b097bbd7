// Amounts of memory in the unit and the spelling that an app wants. Always rounded down: never more than there is. Pure.

import { adviseSize, GIB, KIB, MIB, parseSize, TIB } from "../../tuning/size.ts";
import { Written } from "../../written.ts";
import { TunedValue } from "../template-context.ts";
import { helper, inexact, textOf, TemplateError, valueOf, wrongKind, type Helper } from "./helper.ts";
import { suggest } from "../../nearest.ts";

export const SIZES: Readonly<Record<string, Helper>> = {
  bytes: inUnit("bytes", 1, "bytes", ['bytes "1KiB"', "1024"]),
  KiB: inUnit("KiB", KIB, "KiB (1024 bytes)", ['KiB "1.5MiB"', "1536"]),
  MiB: inUnit("MiB", MIB, "MiB (1024 KiB), as HAProxy counts its memory", ['MiB "2GiB"', "2048"]),
  GiB: inUnit("GiB", GIB, "GiB (1024 MiB), as MongoDB counts its cache", ['GiB "1536MiB" 2', "1.5"]),
  TiB: inUnit("TiB", TIB, "TiB (1024 GiB)", ['TiB "3TiB"', "3"]),
  size: helper(
    {
      takes: ["size", "name"],
      gives: "text",
      about: "the size as the app writes it, in the largest unit that leaves no fraction; the apps stand below",
      example: ['size "2560MiB" "postgresql"', "2560MB"],
    },
    (size, app) => formatSize(sizeOf("size", size), textOf("size", app)),
  ),
};

/** The second argument says how many decimals the app can read. */
function inUnit(name: string, unitBytes: number, unit: string, example: Helper["example"]): Helper {
  const isWhole = unitBytes === 1;
  return helper(
    {
      takes: isWhole ? ["size"] : ["size", "number"],
      least: 1,
      gives: "number",
      about: `the number of ${unit}, rounded down${isWhole ? "" : " to a whole one, or to as many decimals as the second argument says"}`,
      example,
    },
    (size, decimals = 0) => {
      const places = Number(valueOf(decimals));
      if (!Number.isInteger(places) || places < 0 || places > MOST_DECIMALS)
        throw new TemplateError(`${name} gives 0 to ${MOST_DECIMALS} decimals`, "Correct its second argument.");
      return Number((Math.floor((sizeOf(name, size) * 10 ** places) / unitBytes) / 10 ** places).toFixed(places));
    },
  );
}

/** A thousandth of a TiB is a GiB: finer than this nothing is tuned. */
const MOST_DECIMALS = 3;

/** A number is bytes; a setting must be an amount of memory; text carries its unit. */
function sizeOf(name: string, value: unknown): number {
  if (value instanceof TunedValue && value.setting.unit !== "bytes" && value.setting.unit !== "text")
    throw new TemplateError(
      `${name} wants an amount of memory and got a setting that is none`,
      "Print the setting as it is.",
    );
  const plain = valueOf(value);
  if (value instanceof Written && !value.isExact) throw inexact(name);
  const sizeBytes = typeof plain === "string" ? parseSize(plain) : plain;
  if (Number.isSafeInteger(sizeBytes) && (sizeBytes as number) >= 0) return sizeBytes as number;
  if (typeof plain === "string")
    throw new TemplateError(`${name} wants a size and got text that is none`, adviseSize(plain));
  throw typeof plain === "number"
    ? new TemplateError(`${name} wants whole bytes, 0 or more`, "Round it: (floor …), and keep it above 0: (max 0 …).")
    : wrongKind(name, "size", value);
}

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
};

/** .NET reads every number of its environment as hexadecimal. */
const HEXADECIMAL = "dotnet";

export const SIZE_FORMS: readonly string[] = [...Object.keys(FORMS), HEXADECIMAL].toSorted();

/** Rounded down to the app's smallest unit; zero in its largest that needs no unit. */
export function formatSize(sizeBytes: number, app: string): string {
  if (app === HEXADECIMAL) return `0x${sizeBytes.toString(16).toUpperCase()}`;
  const form = Object.hasOwn(FORMS, app) ? FORMS[app]! : null;
  if (form === null)
    throw new TemplateError("size does not know this app's spelling", suggest(app.slice(0, 40), SIZE_FORMS));
  const [smallestSuffix, smallestBytes] = form.at(-1)!;
  const whole = Math.floor(sizeBytes / smallestBytes) * smallestBytes;
  if (whole === 0) return `0${smallestSuffix}`;
  const [suffix, unitBytes] = form.find(([, bytes]) => whole % bytes === 0)!;
  return `${whole / unitBytes}${suffix}`;
}
