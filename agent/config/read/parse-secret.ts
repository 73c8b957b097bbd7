// `secrets.<name>` of the config. Pure; a value never passes through here.

import type { NewlinePolicy, OnChange, SecretConfig, SecretFile, SecretKeyConfig, SecretVersion } from "../config.ts";
import { POINTER, SECRET_KEY_KEYS, SECRET_KEYS, PREVIOUS_KEYS } from "../keys/secret-keys.ts";
import type { Field } from "../yaml/field.ts";
import { checkName } from "./parse-app.ts";
import { parseCredential } from "./parse-credential.ts";
import { checkRelativePath, modeOf, parseFileOwner, parseOnChange } from "./parse-file.ts";
import { parseId, parseVersion, regionOf } from "./parse-secret-id.ts";

type Fields = ReadonlyMap<string, Field>;

/** The key that stands for the whole value. */
const WHOLE = ".";

export function parseSecret(name: string, field: Field): SecretConfig | undefined {
  const keys = field.known(SECRET_KEYS, (text) => `${name}: { id: ${text}, keys: { password: {} } }`);
  checkName(name, field);
  const id = parseId(keys.get("id"));
  const version = parseVersion(keys);
  const declared = [...(keys.get("keys")?.entries() ?? [])].map(([key, keyField]) =>
    parseKey(name, key, version, keyField),
  );
  const region = regionOf(id, keys.get("region"));
  const keeps = keys.get("onUnavailable")?.choice(SECRET_KEYS.onUnavailable.value) === "keep";
  if (id === undefined) return undefined;
  return {
    name,
    id,
    region,
    ...(version ? { version } : {}),
    ...(keeps ? { onUnavailable: "keep" } : {}),
    keys: declared,
    at: field.at,
  };
}

function parseKey(secret: string, key: string, version: SecretVersion | undefined, field: Field): SecretKeyConfig {
  const keys = field.known(SECRET_KEY_KEYS);
  const place = parsePlace(keys);
  const pointer = parsePointer(key, keys.get("pointer"));
  const newline = parseNewline(keys.get("newline"));
  const previous = parsePrevious(keys.get("previous"), version, place);
  const onChange = parseKeyActions(keys.get("onChange"), place);
  const credential = parseCredential(secret, key, keys, place);
  return {
    key,
    ...place,
    ...(pointer === undefined ? {} : { pointer }),
    ...(newline === undefined ? {} : { newline }),
    ...(previous === undefined ? {} : { previous }),
    ...(onChange === undefined ? {} : { onChange }),
    ...(credential === undefined ? {} : { credential }),
    at: field.at,
  };
}

function parseKeyActions(field: Field | undefined, { file }: SecretFile): readonly OnChange[] | undefined {
  if (!field) return undefined;
  if (file === null)
    field.refuse(
      "there is no file that could change",
      "Give the key a file, or the template that prints it an onChange.",
    );
  return parseOnChange(field);
}

function parsePlace(keys: Fields): SecretFile {
  const field = keys.get("file");
  const file = field?.text() ?? null;
  if (field && file !== null) checkRelativePath(file, field);
  const common = parseFileOwner(keys, modeOf(SECRET_KEY_KEYS.mode.default));
  if ((common.mode & 0o007) !== 0) {
    const fix = 'Leave the last digit 0: "0400", or "0440" with a group.';
    keys.get("mode")?.refuse("lets every user read the secret", fix);
  }
  return { file, ...common };
}

function parsePointer(key: string, field: Field | undefined): string | undefined {
  const pointer = field?.text();
  if (field === undefined || pointer === undefined) return undefined;
  if (!POINTER.test(pointer)) {
    field.refuse(
      `'${pointer.slice(0, 80)}' is not a JSON Pointer`,
      "Write it as RFC 6901 does: /databases/0/password.",
    );
  } else if (key === WHOLE) {
    field.refuse("the key '.' is the whole value", "Give the key another name: it is what templates call it.");
  }
  return pointer;
}

function parseNewline(field: Field | undefined): NewlinePolicy | undefined {
  const policy = field?.choice(SECRET_KEY_KEYS.newline.value);
  return policy === "keep" ? undefined : policy;
}

/** Owner, group and mode are the key's own unless it has others. */
function parsePrevious(
  field: Field | undefined,
  version: SecretVersion | undefined,
  key: SecretFile,
): SecretFile | undefined {
  if (!field) return undefined;
  if (version !== undefined)
    field.refuse("works only with the secret's current version", "Remove the secret's stage or version.");
  const keys = field.known(PREVIOUS_KEYS);
  const own = parsePlace(keys);
  return {
    file: own.file,
    owner: keys.has("owner") ? own.owner : key.owner,
    group: keys.has("group") || keys.has("owner") ? own.group : key.group,
    mode: keys.has("mode") ? own.mode : key.mode,
  };
}
