// The values to be proven, as dist/parbake works them out and as a program's config takes them.

import { run } from "../../e2e/support/command.ts";

const PARBAKE = new URL("../../../dist/parbake", import.meta.url).pathname;

export interface Size {
  readonly memory: string;
  readonly vcpus: number;
}

export interface TunedSetting {
  readonly value: number | string | boolean;
  readonly text: string;
}

export type Tuned = Readonly<Record<string, TunedSetting>>;

export async function tune(profile: string, { memory, vcpus }: Size, options: readonly string[] = []): Promise<Tuned> {
  const given = options.flatMap((option) => ["--set", option]);
  const machine = ["--memory", memory, "--cpus", String(vcpus)];
  const document = await run([PARBAKE, "tune", profile, ...machine, ...given, "--json"]);
  return (JSON.parse(document) as { settings: Tuned }).settings;
}

/** As it stands in the program's config. */
export function textOf(tuned: Tuned, name: string): string {
  const setting = tuned[name];
  if (!setting) throw new Error(`no setting ${name} among ${Object.keys(tuned).join(", ")}`);
  return setting.text;
}

export function numberOf(tuned: Tuned, name: string): number {
  const value = tuned[name]?.value;
  if (typeof value !== "number") throw new Error(`${name} is ${typeof value}, not a number`);
  return value;
}
