// A template context from a few plain lines: settings as { value, unit, text }, secrets as { name: { key: path } }.

import type { Facts } from "../../../agent/facts/facts.ts";
import { buildTemplateContext, type TemplateContext } from "../../../agent/template/context/template-context.ts";
import type { Setting } from "../../../agent/tuning/profile/profile.ts";
import type { AppPlan } from "../../../agent/tuning/tuning.ts";
import { SOME_FACTS } from "./some-facts.ts";

const SECRETS_FOLDER = "/run/parbake/secrets";

export interface DescribedContext {
  readonly facts?: Partial<Facts>;
  readonly apps?: Readonly<Record<string, Readonly<Record<string, Pick<Setting, "value" | "unit" | "text">>>>>;
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly vars?: Readonly<Record<string, unknown>>;
}

export function contextOf({ facts = {}, apps = {}, secrets = {}, vars = {} }: DescribedContext): TemplateContext {
  return buildTemplateContext({
    facts: { ...SOME_FACTS, ...facts },
    apps: Object.entries(apps).map(([name, settings]) => appOf(name, settings)),
    secrets: Object.entries(secrets).map(([name, keys]) => ({
      name,
      id: name,
      region: null,
      keys: Object.entries(keys).map(([key, path]) => ({
        key,
        file: path.slice(SECRETS_FOLDER.length + 1),
        owner: "root",
        group: null,
        mode: 0o400,
        at: { file: "parbake.yaml" },
      })),
      at: { file: "parbake.yaml" },
    })),
    secretsFolder: SECRETS_FOLDER,
    vars,
  });
}

function appOf(name: string, settings: Readonly<Record<string, Pick<Setting, "value" | "unit" | "text">>>): AppPlan {
  const whole = Object.entries(settings).map(([setting, value]): [string, Setting] => [
    setting,
    { ...value, formula: "", inputs: {}, source: "", boundBy: null, note: null },
  ]);
  const machine = {
    profile: "postgresql",
    optional: false,
    memoryBytes: 2 ** 30,
    vcpus: 4,
    cores: 4,
    degraded: [],
    belowUseful: [],
  };
  return { name, ...machine, settings: Object.fromEntries(whole) };
}
