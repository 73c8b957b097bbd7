// The rules of the field, gitleaks.json, which scripts/refresh-rules makes.

import { readCarried } from "../../carried.ts";
import { OF_LIBRARY } from "./assigned-rules.ts";
import type { Allowance, Rule } from "./rule.ts";
import { hasChecksum, isJwt } from "./token-forms.ts";

interface WrittenAllowance extends Omit<Allowance, "regexes" | "paths"> {
  readonly regexes?: readonly string[];
  readonly paths?: readonly string[];
}

interface WrittenRule {
  readonly id: string;
  readonly regex: string;
  readonly keywords: readonly string[];
  readonly path?: string;
  readonly entropy?: number;
  readonly secretGroup?: number;
  readonly allow?: readonly WrittenAllowance[];
}

interface FieldRules {
  /** Name and version. */
  readonly source: string;
  readonly rules: readonly Rule[];
  /** What no rule of theirs takes for a secret. */
  readonly everywhere: Allowance;
}

export const FIELD_RULES = "agent/seal/rules/gitleaks.json";

export function readFieldRules(): FieldRules {
  const { source, allow, rules } = JSON.parse(readCarried(FIELD_RULES)) as {
    source: string;
    allow: WrittenAllowance;
    rules: readonly WrittenRule[];
  };
  return { source, everywhere: compileAllowance(allow), rules: rules.map(compileRule) };
}

const FORMS: Readonly<Record<string, (secret: string) => boolean>> = {
  "github-pat": hasChecksum,
  "github-oauth": hasChecksum,
  "github-refresh-token": hasChecksum,
  "npm-access-token": hasChecksum,
  jwt: isJwt,
  // `EAAA` begins many a line of Base64, and Square's tokens are of one length.
  "square-access-token": (secret) => secret.startsWith("sq0atp-") || secret.length === 64,
};

/** `api_key = …`, in what a person wrote for a program to read; in all else it would be in every tenth file. */
const CONFIG_FILE =
  /^(?:etc|opt|srv|home|root|app|var\/www|usr\/local\/etc|data)\/.*(?:\.(?:ya?ml|json|properties|ini|conf|cnf|cfg|config|toml|xml|env|tfvars|tfstate|service)|\/\.env[^/]*|\/config)$/;

function compileRule(rule: WrittenRule): Rule {
  const isGeneric = rule.id === "generic-api-key";
  const path = rule.path === undefined ? (isGeneric ? CONFIG_FILE : undefined) : new RegExp(rule.path);
  const accepts = FORMS[rule.id];
  return {
    id: rule.id,
    severity: "fail",
    regex: new RegExp(rule.regex, "g"),
    keywords: rule.keywords,
    ...(path && { path }),
    ...(rule.entropy !== undefined && { entropy: rule.entropy }),
    ...(rule.secretGroup !== undefined && { secretGroup: rule.secretGroup }),
    allow: [...(rule.allow ?? []).map(compileAllowance), ...(isGeneric ? [OF_LIBRARY] : [])],
    ...(accepts && { accepts }),
    ...(isGeneric && { isVague: true }),
  };
}

function compileAllowance({ regexes, paths, ...rest }: WrittenAllowance): Allowance {
  return {
    ...rest,
    ...(regexes && { regexes: regexes.map((source) => new RegExp(source)) }),
    ...(paths && { paths: paths.map((source) => new RegExp(source)) }),
  };
}
