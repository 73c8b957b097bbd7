// Secrets that only a name beside them tells, in the files where such a name means one. Pure.

import { entropyOf } from "./judge-match.ts";
import type { Allowance, Rule } from "./rule.ts";
import { isPlaceholder } from "./token-forms.ts";

const ENVIRONMENT_FILE =
  /(?:^|\/)(?:etc\/(?:default|sysconfig|conf\.d)\/.*|etc\/environment|etc\/environment\.d\/.*|etc\/profile|etc\/profile\.d\/.*|\.profile|\.bashrc|\.bash_profile|\.zshrc|\.env(?:\.[^/]*)?|[^/]*\.env|environ(?:ment)?)$/;

const UNIT_FILE = /(?:^|\/)systemd\/.*\.(?:service|socket|conf|timer|mount)$/;

/** The last ones are in a jar or war of the application's own, or beside it. */
const CONFIG_FILE =
  /^(?:(?:etc|opt|srv|home|root|app|var\/www|var\/lib|usr\/local\/etc|data|BOOT-INF|WEB-INF)\/.*\.(?:ya?ml|json|properties|ini|conf|cnf|cfg|config|toml|xml|tfvars|tfstate|php)|(?:config\/)?application[\w-]*\.(?:properties|ya?ml))$/;

/** What came with a package of a language: its examples and schemas are full of such names. */
export const OF_LIBRARY: Allowance = {
  paths: [/(?:^|\/)(?:node_modules|site-packages|dist-packages|gems|vendor\/bundle)\//],
};

/** Settings as code, in which only what stands in quotes is a value. */
const SETTINGS_FILE =
  /^(?:opt|srv|home|root|app|var\/www|data)\/(?:.*\/)?(?:[\w-]*settings|config|secrets?|credentials?|settings\/[\w-]+|config\/[\w-]+)\.(?:py|js|cjs|mjs|ts|rb)$/;

/** What people write for machines to run. */
const SCRIPT_FILE =
  /^(?:etc\/(?:cron(?:tab|\..*)|rc\.local|init\.d\/.*|systemd\/.*)|var\/spool\/cron\/.*|usr\/local\/s?bin\/.*|(?:opt|srv|home|root|app)\/.*\.(?:sh|bash))$/;

export const SECRET_NAMES = [
  "password",
  "passwd",
  "passphrase",
  "secret",
  "token",
  "api_key",
  "apikey",
  "access_key",
  "private_key",
  "_pass",
  "_pwd",
  "app_key",
];
export const SECRET_NAME = String.raw`[\w.-]{0,60}(?:password|passwd|passphrase|secret|token|api_?key|access_?key|private_?key|_pass|_pwd|app_key)`;

export const holdsValue = (value: string): boolean => value.length >= 6 && !isPlaceholder(value);

const SECRET_ASSIGNED = { severity: "fail", keywords: SECRET_NAMES, accepts: holdsValue, isVague: true } as const;

export const ASSIGNED_RULES: readonly Rule[] = [
  {
    id: "password-in-command",
    severity: "fail",
    what: "a password among a command's arguments or variables",
    regex:
      /(?:--[\w-]*(?:password|passwd|passphrase|secret|token)[= ]|\bmysql\w*(?:[ \t][^\n#|;]{0,120}?)?[ \t]-p(?=\S)|\bsshpass[ \t]+-p[ \t]*|\bcurl[ \t][^\n#|;]{0,200}?(?<=[ \t"'])(?:-u|--user)[ \t]*["']?[\w.@-]+:|\b(?:PG|MYSQL_|RESTIC_|BORG_|REDISCLI_|SSH)\w{0,20}(?:PASSWORD|PASSPHRASE|PWD|AUTH|PASS)=|\becho[ \t]+["']?[\w-]+:(?=[^\n]{1,120}chpasswd))["']?([^\s"'\\|]{6,200})/g,
    keywords: [
      "password",
      "passwd",
      "passphrase",
      "secret",
      "token",
      "mysql",
      "sshpass",
      "curl",
      "_pwd",
      "rediscli_auth",
      "chpasswd",
    ],
    path: SCRIPT_FILE,
    accepts: holdsValue,
    isVague: true,
  },
  {
    id: "password-in-settings",
    severity: "fail",
    what: "a secret in an application's settings",
    regex:
      /(?:password|passwd|passphrase|secret|secret_?key(?:_?base)?|token|api_?key)["']?[ \t]*(?:=>|[=:])[ \t]*["']([^\s"'\\]{6,200})["']/gi,
    keywords: SECRET_NAMES.slice(0, 7),
    path: SETTINGS_FILE,
    allow: [OF_LIBRARY],
    accepts: (value) => holdsValue(value) && entropyOf(value) > 2.5,
    isVague: true,
  },
  {
    ...SECRET_ASSIGNED,
    id: "password-in-unit",
    what: "a secret among a unit's variables or arguments",
    regex: new RegExp(String.raw`(?<![\w.-])${SECRET_NAME}[ \t]?=[ \t]?["']?([^\s"'\\]{6,200})`, "gi"),
    path: UNIT_FILE,
  },
  {
    ...SECRET_ASSIGNED,
    id: "password-in-environment-file",
    what: "a secret in an environment file",
    regex: new RegExp(String.raw`^[ \t]*(?:export[ \t]+)?${SECRET_NAME}=["']?([^\s"'\\]{6,200})`, "gim"),
    path: ENVIRONMENT_FILE,
  },
  {
    ...SECRET_ASSIGNED,
    id: "password-in-config",
    what: "a secret in a configuration file",
    regex: new RegExp(
      String.raw`^[ \t]*(?:<?[\w.:-]*|[{,]?[ \t]*["'][\w.-]*|define\(["'][\w]*)(?:password|passwd|passphrase|(?:client|app|api|jwt|shared|session)[_-]?secret|secret[_-]?key(?:[_-]?base)?)["']?(?:[ \t]*(?:=>|[=:,])[ \t]*|>)["']?([^\s"'<>,;\\]{6,200})`,
      "gim",
    ),
    path: CONFIG_FILE,
    allow: [OF_LIBRARY],
    accepts: (value) => holdsValue(value) && entropyOf(value) > 2,
  },
];
