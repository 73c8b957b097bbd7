// The rules of gitleaks (gitleaks.toml) → agent/seal/rules/gitleaks.json, with their version and licence. Go writes their
// expressions for RE2; here they become JavaScript's, and what is no secret, or is found better by a rule of our own, is left out.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "smol-toml";
import { toJavaScript } from "./to-javascript.ts";

const OUTPUT = join(import.meta.dirname, "../../agent/seal/rules/gitleaks.json");

interface GoAllowlist {
  readonly regexes?: readonly string[];
  readonly stopwords?: readonly string[];
  readonly paths?: readonly string[];
  readonly regexTarget?: "match" | "line";
  readonly condition?: "AND";
}

interface GoRule {
  readonly id: string;
  readonly regex?: string;
  readonly path?: string;
  readonly entropy?: number;
  readonly secretGroup?: number;
  readonly keywords?: readonly string[];
  readonly allowlists?: readonly GoAllowlist[];
}

interface GoConfig {
  readonly allowlist: GoAllowlist;
  readonly rules: readonly GoRule[];
}

/** By what it is left out for. */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  "names a client, and is no secret": [
    "adobe-client-id",
    "asana-client-id",
    "bitbucket-client-id",
    "discord-client-id",
    "linkedin-client-id",
    "looker-client-id",
    "messagebird-client-id",
    "plaid-client-id",
    "sendbird-access-id",
    "sumologic-access-id",
  ],
  "is public": ["flutterwave-public-key", "lob-pub-api-key", "mailgun-pub-key"],
  "own-rules.ts and known-places.ts find it in more forms": ["private-key", "pkcs12-file"],
  "is for a person's shell, in which a history is found as a whole": ["curl-auth-header", "curl-auth-user"],
};

const HEX = "0123456789abcdef".split("");

/** What each match has for certain, where gitleaks asks for less: two letters are in every tenth line of an image. */
const KEYWORDS: Readonly<Record<string, readonly string[]>> = {
  "authress-service-client-access-key": [".acc_", ".acc-"],
  "azure-ad-client-secret": "0123456789".split("").map((digit) => `${digit}q~`),
  // `{"`, of which every header is made.
  jwt: ["eyj"],
  // Tokens of Vault before 1.10 are `s.` and any 24 letters and digits.
  "vault-service-token": ["hvs."],
  "twilio-api-key": HEX.flatMap((first) => HEX.map((second) => `sk${first}${second}`)),
};

function convertRule(rule: GoRule): object | null {
  const left = Object.values(LEFT_OUT).some((ids) => ids.includes(rule.id));
  if (left || rule.regex === undefined) return null;
  return {
    id: rule.id,
    regex: toJavaScript(rule.regex),
    keywords: KEYWORDS[rule.id] ?? rule.keywords,
    ...(rule.path !== undefined && { path: toJavaScript(rule.path) }),
    ...(rule.entropy !== undefined && { entropy: rule.entropy }),
    ...(rule.secretGroup !== undefined && { secretGroup: rule.secretGroup }),
    ...(rule.allowlists !== undefined && { allow: rule.allowlists.map(convertAllowlist) }),
  };
}

function convertAllowlist({ regexes, stopwords, paths, regexTarget, condition }: GoAllowlist): object {
  return {
    ...(regexes !== undefined && { regexes: regexes.map(toJavaScript) }),
    ...(stopwords !== undefined && { stopwords }),
    ...(paths !== undefined && { paths: paths.map(toJavaScript) }),
    ...(regexTarget !== undefined && { target: regexTarget }),
    ...(condition === "AND" && { all: true }),
  };
}

/** Without its paths: in an image a node_modules is what the bake has put there, and may hold a credential. */
function convertGlobal({ regexes, stopwords }: GoAllowlist): object {
  return convertAllowlist({ ...(regexes && { regexes }), ...(stopwords && { stopwords }) });
}

const { Version: version, Dir: folder } = JSON.parse(process.argv[2] ?? "{}") as { Version: string; Dir: string };
const config = parse(readFileSync(join(folder, "config/gitleaks.toml"), "utf8")) as unknown as GoConfig;
const rules = config.rules.map(convertRule).filter((rule) => rule !== null);
const licence = readFileSync(join(folder, "LICENSE"), "utf8").trim().split("\n");
const document = {
  source: `gitleaks ${version}, config/gitleaks.toml`,
  licence,
  allow: convertGlobal(config.allowlist),
  rules,
};
writeFileSync(OUTPUT, `${JSON.stringify(document, null, 1)}\n`);
console.log(`${OUTPUT}: ${rules.length} of ${config.rules.length} rules of gitleaks ${version}`);
