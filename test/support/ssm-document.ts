// The document for Systems Manager, and its script with the parameters put in, as Systems Manager does it.

import { readFileSync } from "node:fs";
import { parse } from "yaml";

export interface Parameter {
  readonly type: string;
  readonly description: string;
  readonly default: string;
  readonly allowedValues?: readonly string[];
  readonly allowedPattern?: string;
}

interface Step {
  readonly name: string;
  readonly action: string;
  readonly precondition: object;
  readonly inputs: { readonly timeoutSeconds: string; readonly runCommand: readonly string[] };
}

interface SsmDocument {
  readonly schemaVersion: string;
  readonly description: string;
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly mainSteps: readonly Step[];
}

export const SSM_SOURCE = readFileSync(new URL("../../scripts/aws/ssm-document.yaml", import.meta.url), "utf8");
export const SSM_DOCUMENT = parse(SSM_SOURCE) as SsmDocument;

/** @param values by parameter; those left out are the defaults */
export function fillParameters(text: string, values: Readonly<Record<string, string>>): string {
  const { parameters } = SSM_DOCUMENT;
  return text.replaceAll(/\{\{ ?(\w+) ?\}\}/g, (_, name: string) => values[name] ?? parameters[name]!.default);
}

export function fillScript(values: Readonly<Record<string, string>>): string {
  return fillParameters(SSM_DOCUMENT.mainSteps[0]!.inputs.runCommand.join("\n"), values);
}
