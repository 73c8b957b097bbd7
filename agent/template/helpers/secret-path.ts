// The path of a secret's own file, for a program that reads it there. Never the value. Pure.

import { suggest } from "../../nearest.ts";
import { helper, TemplateError, type Helper } from "./helper.ts";

export const SECRET_PATH: Helper = {
  ...helper(
    {
      takes: ["name", "name"],
      gives: "text",
      about:
        "the path of the file that holds this key of this secret, as `secrets.<name>.<key>.path`, for keys with characters that a name in a template cannot have",
      example: ['secretPath "db" "password"', "/run/parbake/secrets/db/password"],
    },
    (secrets, name, key) => findSecretPath(secrets, String(name), String(key)),
  ),
  readsSecrets: true,
};

/** Throws TemplateError; `secrets` is what a template sees under that name. */
export function findSecretPath(secrets: unknown, name: string, key: string): string {
  const secret = member(secrets, name, "secret");
  const path = (member(secret, key, `key of ${name}`) as { readonly path?: string }).path;
  if (path !== undefined) return path;
  throw new TemplateError(
    `the key ${key} of ${name} has no file of its own`,
    `Give it one in the config: secrets.${name}.keys.${key}.file.`,
  );
}

function member(holder: unknown, name: string, what: string): unknown {
  const members = holder as Readonly<Record<string, unknown>>;
  if (Object.hasOwn(members, name)) return members[name];
  throw new TemplateError(`there is no ${what} named '${name}'`, suggest(name, Object.keys(members)));
}
