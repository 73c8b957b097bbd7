// Which region's Secrets Manager is asked for the secrets that have no region of their own. Pure. What the environment says is
// about calls alone: it never makes a fact of the instance.

import type { Environment } from "../../process/environment.ts";
import type { Problem } from "../../refusal.ts";

export interface CallRegion {
  /** Null: nothing says it. */
  readonly region: string | null;
  /** Null: the instance's own. */
  readonly variable: "AWS_REGION" | "AWS_DEFAULT_REGION" | null;
}

export function chooseRegion(environment: Environment, instanceRegion: string | null): CallRegion {
  for (const variable of ["AWS_REGION", "AWS_DEFAULT_REGION"] as const) {
    const region = environment[variable];
    if (region) return { region, variable };
  }
  return { region: instanceRegion, variable: null };
}

/** Null: they do not differ, or one is not known. */
export function differsFromInstance({ region, variable }: CallRegion, instanceRegion: string | null): Problem | null {
  if (variable === null || instanceRegion === null || region === instanceRegion) return null;
  return {
    what: `${variable} is ${JSON.stringify(region)}, and IMDS says that the instance is in ${instanceRegion}: secrets without a region of their own are asked for where ${variable} says`,
    fix: `Unset ${variable}, here or in /etc/parbake/environment, or give each secret its region in the config.`,
  };
}
