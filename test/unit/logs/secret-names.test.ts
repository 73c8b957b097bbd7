import assert from "node:assert/strict";
import { isAssignedName, isSecretName } from "../../../agent/logs/secret-names.ts";

const ASSIGNED = (
  "password passwords dbPassword PASSWD pass pass2 db_pass DBPASS dbpass pwd PGPWD credentials credential passphrase secret " +
  "clientSecret signing_key signingKey encryptionkey DB_ENCRYPTION_KEY private_key apiKey api-keys accessKey app_key masterKey " +
  "auth_token authToken password_old passwordValue password2 pw creds"
).split(" ");
const VAGUE =
  "auth redisAuth authorization cookie erlang_cookie cookies salt passwordFile tokenLifetime accesskeyid privatekeypem db_pass_prod DBPASS_PROD pwd_file".split(
    " ",
  );
const HARMLESS = (
  "pass_through passThrough pass_rate app_keyboard passenger passengers passive bypass compass author authors authority authorities auth_mode keyboard " +
  "publicKey public_key monkey keyspace partition_key cookie_domain saltstack pinned spin basic domain port value current"
).split(" ");

describe("the names of secrets", () => {
  for (const name of ASSIGNED)
    it(`are such as ${name}`, () => assert.deepEqual([isSecretName(name), isAssignedName(name)], [true, true]));
  for (const name of VAGUE)
    it(`may be such as ${name}, which is hidden and not warned of`, () =>
      assert.deepEqual([isSecretName(name), isAssignedName(name)], [true, false]));
  for (const name of HARMLESS)
    it(`are none such as ${name}`, () => assert.deepEqual([isSecretName(name), isAssignedName(name)], [false, false]));
});
