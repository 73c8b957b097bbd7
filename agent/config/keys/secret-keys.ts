// `secrets.<name>` of the config. Pure.

import { CREDENTIAL_NAME } from "../../names/credential-name.ts";
import { AWS_STAGES, REGION, SECRET_ARN, SECRET_NAME, STAGE, VERSION_ID } from "../../names/secret-id.ts";
import { SERVICE } from "../../names/unit-name.ts";
import type { KeyRules } from "./rule.ts";
import { ON_CHANGE, OWNERS, PRIVATE_MODE, RELATIVE_PATH } from "./values.ts";

/** RFC 6901: in a segment `~` is written ~0 and `/` is written ~1. */
export const POINTER = /^(?:\/(?:[^~/]|~[01])*)+$/;

const PLACE_KEYS = {
  file: {
    about: "Its path below the secrets folder. Without it only templates see the value.",
    value: RELATIVE_PATH,
    examples: ["db/password"],
  },
  ...OWNERS,
  mode: {
    about: "Octal digits, in quotes, the last of them 0.",
    value: { kind: "text", pattern: PRIVATE_MODE },
    default: "0400",
  },
} as const satisfies KeyRules;

export const PREVIOUS_KEYS = PLACE_KEYS;

export const SECRET_KEY_KEYS = {
  ...PLACE_KEYS,
  pointer: {
    about: "Where the value is inside of the secret's JSON (RFC 6901). Default: the key itself.",
    value: { kind: "text", pattern: POINTER },
    examples: ["/hosts/0/name"],
  },
  newline: {
    about: "What is done about newlines at its end: take all away, or add one where there is none.",
    value: { kind: "choice", choices: ["keep", "strip", "ensure"] },
    default: "keep",
  },
  previous: {
    about: "A file with the value of the version before. Owner, group and mode are the key's unless given.",
    value: { kind: "mapping", keys: PREVIOUS_KEYS },
    examples: [{ file: "db/password-before" }],
  },
  onChange: {
    about: "Which units are told when the value has changed.",
    value: { kind: "mapping", keys: ON_CHANGE },
    examples: [{ reload: "api.service" }],
  },
  units: {
    about: "The services that find it in $CREDENTIALS_DIRECTORY, by LoadCredential=.",
    value: { kind: "list", of: { kind: "text", pattern: SERVICE } },
    examples: [["api.service"]],
  },
  credential: {
    about: "What they find it as. Default: the names of secret and key, with a dot between.",
    value: { kind: "text", pattern: CREDENTIAL_NAME },
    examples: ["db-password"],
  },
} as const satisfies KeyRules;

export const SECRET_KEYS = {
  id: {
    about: "The secret's name or ARN in Secrets Manager.",
    value: {
      kind: "either",
      of: [
        { kind: "text", pattern: SECRET_NAME },
        { kind: "text", pattern: SECRET_ARN },
      ],
    },
    examples: ["prod/db"],
    missing: "Give the secret's name or ARN.",
  },
  region: {
    about: "Its region. Default: the ARN's, else the instance's.",
    value: { kind: "text", pattern: REGION },
    examples: ["eu-west-1"],
  },
  stage: {
    about: "The staging label of the version to fetch.",
    value: { kind: "text", pattern: STAGE },
    default: AWS_STAGES[0],
    examples: AWS_STAGES,
  },
  version: {
    about: "The id of the version to fetch, which pins it. Not together with a stage.",
    value: { kind: "text", pattern: VERSION_ID },
  },
  onUnavailable: {
    about: "What becomes of it while AWS cannot be reached: the run fails, or the stored value is kept.",
    value: { kind: "choice", choices: ["fail", "keep"] },
    default: "fail",
  },
  keys: {
    about: "The names in the secret's JSON to fetch; `.` is the whole value.",
    value: { kind: "named", of: { kind: "mapping", keys: SECRET_KEY_KEYS } },
    examples: [{ password: { file: "db/password", owner: "api" } }],
    missing: "List the JSON keys to fetch.",
  },
} as const satisfies KeyRules;
