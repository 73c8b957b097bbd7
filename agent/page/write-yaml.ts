// A draft as YAML, to be copied into the config. What it writes, the config's reader reads back as the same draft. Pure.

import type { AppDraft, Draft, EnforceDraft, ReserveDraft } from "./draft.ts";

export function writeYaml({ apps, reserve, secretsSize, architectures }: Draft): string {
  return [
    ...writeReserve(reserve),
    ...(secretsSize === "" ? [] : [`secretsSize: ${scalar(secretsSize)}`]),
    ...(architectures.length === 0 ? [] : [`architectures: [${architectures.map(scalar).join(", ")}]`]),
    ...(apps.length === 0 ? [] : ["apps:", ...apps.flatMap(writeApp)]),
  ]
    .map((line) => `${line}\n`)
    .join("");
}

function writeReserve({ share, min, max }: ReserveDraft): string[] {
  const pairs = writePairs({ share, min, max });
  return pairs === "" ? [] : [`reserve: { memory: { ${pairs} } }`];
}

function writeApp({ name, profile, weight, min, max, cpuWeight, optional, enforce, options }: AppDraft): string[] {
  const memory = writePairs({ weight, min, max });
  const named = Object.entries(options);
  return [
    `  ${scalar(name)}:`,
    `    profile: ${scalar(profile)}`,
    ...(memory === "" ? [] : [`    memory: { ${memory} }`]),
    ...(cpuWeight === "" ? [] : [`    cpu: { weight: ${scalar(cpuWeight)} }`]),
    ...(optional ? ["    optional: true"] : []),
    ...(enforce === null ? [] : [`    enforce: ${writeEnforce(enforce)}`]),
    ...(named.length === 0 ? [] : ["    options:"]),
    ...named.map(([option, value]) => `      ${scalar(option)}: ${scalar(value)}`),
  ];
}

function writeEnforce({ unit, memoryHigh }: EnforceDraft): string {
  if (memoryHigh !== "") return `{ ${writePairs({ unit, memoryHigh })} }`;
  return unit === "" ? "true" : scalar(unit);
}

/** Those that are not empty. */
function writePairs(values: Readonly<Record<string, string>>): string {
  const given = Object.entries(values).filter(([, value]) => value !== "");
  return given.map(([key, value]) => `${key}: ${scalar(value)}`).join(", ");
}

/** What YAML takes for nothing else than its letters, and numbers and sizes, whose spelling the config's reader keeps. */
const PLAIN = /^(?:[A-Za-z][\w.-]*|(?:0|[1-9]\d*)(?:\.\d+)?(?:[KMGT]iB|B|%)?)$/;

function scalar(text: string): string {
  return PLAIN.test(text) && text.toLowerCase() !== "null" ? text : quote(text);
}

/** As JSON does, which escapes too little for YAML. */
function quote(text: string): string {
  return JSON.stringify(text).replaceAll(/[\u007f-\u009f\u2028\u2029\ufeff]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
