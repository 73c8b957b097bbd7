// The profiles for people, one on a line, and for programs with their options. Pure.

import type { OptionRules, Profile } from "../../tuning/profile/profile.ts";
import { formatColumns } from "../columns.ts";
import type { Paint } from "../text.ts";

interface ProfilesDocument {
  readonly schema: 1;
  readonly profiles: readonly {
    readonly name: string;
    readonly about: string;
    readonly takesMemory: boolean;
    readonly options: readonly object[];
  }[];
}

export function profilesDocument(profiles: readonly Profile[]): ProfilesDocument {
  return {
    schema: 1,
    profiles: profiles.map(({ name, about, takesMemory, options }) => ({
      name,
      about,
      takesMemory,
      options: listOptions(options),
    })),
  };
}

function listOptions(options: OptionRules): object[] {
  return Object.entries(options).map(([name, { kind, about, default: fallback, min, max, choices }]) => ({
    name,
    kind,
    about,
    default: fallback,
    min: min ?? null,
    max: max === undefined || max === Infinity ? null : max,
    choices: choices ?? null,
  }));
}

export function formatProfiles({ profiles }: ProfilesDocument, paint: Paint): string {
  const rows = profiles.map(({ name, about }) => [paint.bold(name), about]);
  return `${formatColumns(rows, paint)}\n${paint.dim("parbake tune PROFILE --help lists the options of one.")}\n`;
}
