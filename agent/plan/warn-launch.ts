// An instance of a type that the image is not for: it runs, but no bake has checked it. Tells by the patterns alone, and asks
// nothing for it: a plan of an instance knows its type anyway. Pure.

import type { Config } from "../config/config.ts";
import type { Facts } from "../facts/facts.ts";
import { matchesType } from "../names/match-type.ts";
import { declaredAt, type Problem } from "../refusal.ts";

export function warnLaunch({ launchOn }: Pick<Config, "launchOn">, { instanceType, origins }: Facts): Problem[] {
  // A type that somebody asks about need not be one that the image is for.
  if (launchOn.length === 0 || instanceType === null || origins["instanceType"]?.source !== "imds") return [];
  if (launchOn.some(({ pattern }) => matchesType(pattern, instanceType))) return [];
  return [
    {
      what: `launchOn does not name ${instanceType}, the type of this instance: no bake has checked the image for it`,
      fix: "Add the type to launchOn and bake again, or launch one that it names.",
      ...declaredAt(launchOn[0]?.at),
    },
  ];
}
