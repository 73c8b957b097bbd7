// Amounts of memory in the unit and the spelling that an app wants. Always rounded down: never more than there is. Pure.

import { formatSize, SIZE_FORMS } from "../../formats/size-forms.ts";
import { suggest } from "../../nearest.ts";
import { adviseSize, GIB, KIB, MIB, parseSize, TIB } from "../../size.ts";
import { Written } from "../../written.ts";
import { TunedValue } from "../context/template-context.ts";
import { helper, inexact, textOf, TemplateError, valueOf, wrongKind, type Helper } from "./helper.ts";

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
    (size, app) => spell(sizeOf("size", size), textOf("size", app)),
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
      `${name} wants an amount of memory and got a setting that is not one`,
      "Print the setting as it is.",
    );
  const plain = valueOf(value);
  if (value instanceof Written && !value.isExact) throw inexact(name);
  const sizeBytes = typeof plain === "string" ? parseSize(plain) : plain;
  if (Number.isSafeInteger(sizeBytes) && (sizeBytes as number) >= 0) return sizeBytes as number;
  if (typeof plain === "string")
    throw new TemplateError(`${name} wants a size and got text that is not one`, adviseSize(plain));
  throw typeof plain === "number"
    ? new TemplateError(`${name} wants whole bytes, 0 or more`, "Round it: (floor …), and keep it above 0: (max 0 …).")
    : wrongKind(name, "size", value);
}

function spell(sizeBytes: number, app: string): string {
  const text = formatSize(sizeBytes, app);
  if (text !== null) return text;
  throw new TemplateError("size does not know this app's spelling", suggest(app.slice(0, 40), SIZE_FORMS));
}
