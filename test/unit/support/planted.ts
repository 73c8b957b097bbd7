// Credentials to plant in a scratch image, put together here from pieces, so that the source holds nothing that looks like one.

import { createHash } from "node:crypto";

export interface Planted {
  /** The kind by which `seal` tells it. */
  readonly kind: string;
  /** From the root. */
  readonly path: string;
  readonly text: string;
  /** What must never be printed. */
  readonly secret: string;
}

const DIGITS = "0123456789";
const HEX = `${DIGITS}abcdef`;
const LOWER = "abcdefghijklmnopqrstuvwxyz";
const UPPER = LOWER.toUpperCase();
const BASE32 = `${UPPER}234567`;
const BASE62 = `${DIGITS}${UPPER}${LOWER}`;
const BASE64 = `${UPPER}${LOWER}${DIGITS}+/`;

/** The same in every run: random to an entropy's eye. */
function letters(alphabet: string, length: number, seed = ""): string {
  let text = "";
  for (let round = 0; text.length < length; round++)
    for (const byte of createHash("sha512").update(`${alphabet}${seed}${round}`).digest())
      text += alphabet[byte % alphabet.length];
  return text.slice(0, length);
}

export const join = (...pieces: string[]): string => pieces.join("");

/** As OpenSSL writes it. */
export function pem(kind: string): string {
  const body = letters(BASE64, 640, kind).replaceAll(/.{64}/g, "$&\n");
  return join("-----BE", "GIN ", kind, " KEY-----\n", body, "-----END ", kind, " KEY-----\n");
}

const base64url = (text: string): string => Buffer.from(text).toString("base64url");
const jwt = [
  base64url('{"alg":"HS256","typ":"JWT"}'),
  base64url('{"sub":"1234567890","admin":true}'),
  letters(BASE62, 43),
].join(".");

/** In the file of an application, where only their own form gives them away. */
const TOKENS: readonly (readonly [kind: string, secret: string])[] = [
  ["aws-access-token", join("AK", "IA", letters(BASE32, 16))],
  ["aws-access-token", join("AS", "IA", letters(BASE32, 16, "session"))],
  ["aws-session-token", join("IQoJ", "b3JpZ2lu", letters(BASE64, 300))],
  ["imds-session-token", join("AQ", "AE", letters(`${BASE62}-_`, 51).replace(/^./, "A").slice(0, 50), "==")],
  ["gcp-api-key", join("AI", "za", letters(`${BASE62}_`, 35))],
  // The documentation's own, whose checksum is right.
  ["github-pat", join("gh", "p_", "zQWBuTSOoRi4A9spHcVY", "5ncnsDkxkJ0mLq17")],
  ["github-app-token", join("gh", "s_", letters(BASE62, 36))],
  ["github-fine-grained-pat", join("github", "_pat_", letters(BASE62, 82))],
  ["gitlab-pat", join("gl", "pat-", letters(BASE62, 20))],
  ["gitlab-runner-authentication-token", join("gl", "rt-", letters(BASE62, 20))],
  ["slack-bot-token", join("xo", "xb-", letters(DIGITS, 12), "-", letters(DIGITS, 12, "b"), "-", letters(BASE62, 24))],
  ["slack-webhook-url", join("https://hooks.sl", "ack.com/services/", letters(BASE62, 44))],
  ["stripe-access-token", join("sk", "_live_", letters(BASE62, 24))],
  ["sendgrid-api-token", join("S", "G.", letters(BASE62, 66))],
  ["twilio-api-key", join("S", "K", letters(HEX, 32))],
  ["openai-api-key", join("sk-", letters(BASE62, 20), "T3Blbk", "FJ", letters(BASE62, 20, "b"))],
  ["anthropic-api-key", join("sk-", "ant-api03-", letters(BASE62, 93), "AA")],
  ["huggingface-access-token", join("h", "f_", letters(LOWER, 34))],
  ["pypi-upload-token", join("py", "pi-AgEIcHlwaS5vcmc", letters(BASE62, 70))],
  ["digitalocean-pat", join("do", "p_v1_", letters(HEX, 64))],
  ["databricks-api-token", join("da", "pi", letters(HEX, 32))],
  ["doppler-api-token", join("dp", ".pt.", letters(BASE62, 43))],
  ["grafana-service-account-token", join("gl", "sa_", letters(BASE62, 32), "_", letters(HEX, 8))],
  ["vault-service-token", join("hv", "s.", letters(BASE62, 96))],
  ["shopify-access-token", join("shp", "at_", letters(HEX, 32))],
  ["postman-api-token", join("PM", "AK-", letters(HEX, 24), "-", letters(HEX, 34))],
  ["rubygems-api-token", join("ruby", "gems_", letters(HEX, 48))],
  ["pulumi-api-token", join("pu", "l-", letters(HEX, 40))],
  ["age-secret-key", join("AGE-SEC", "RET-KEY-1", letters("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58))],
  ["jwt", jwt],
  ["password-hash", join("$", "6$", letters(BASE62, 16), "$", letters(BASE62, 86))],
  [
    "database-password-verifier",
    join("SCRAM-SHA", "-256$4096:", letters(BASE62, 22), "==$", letters(BASE62, 43), "=:", letters(BASE62, 43), "="),
  ],
  ["private-key", pem("RSA PRIVATE")],
  ["private-key", pem("OPENSSH PRIVATE")],
  ["private-key", pem("ENCRYPTED PRIVATE")],
  [
    "putty-private-key",
    join(
      "PuTTY-User",
      "-Key-File-3: ssh-ed25519\nEncryption: none\nComment: a\nPublic-Lines: 1\n",
      letters(BASE64, 60),
      "\nPrivate-Lines: 1\n",
      letters(BASE64, 60, "b"),
      "\n",
    ),
  ],
];

/** What surrounds them is as in a program's text. */
export const PLANTED_TOKENS: readonly Planted[] = TOKENS.map(([kind, secret], index) => ({
  kind,
  path: `opt/app/lib/module-${index}.txt`,
  text: `first line\n\nconnect(${secret.includes("\n") ? `\n${secret}` : `"${secret}"`}\n)\n`,
  secret: secret.trim().split("\n").at(-2) ?? secret,
}));

const WORD = join("corr", "ect-horse-9");
const encodedKey = Buffer.from(pem("RSA PRIVATE")).toString("base64");
const HASH = join("$", "y$j9T$", letters(BASE62, 22), "$", letters(BASE62, 43));

const at = (kind: string, path: string, text: string, secret = WORD): Planted => ({ kind, path, text, secret });

/** Where a place, or a name in front, says what it is. */
export const PLANTED_PLACES: readonly Planted[] = [
  at("account-password", "etc/shadow", `root:*:1:0:99999:7:::\napp:${HASH}:1:0:99999:7:::\n`, HASH),
  at("empty-password", "etc/shadow", "guest::1:0:99999:7:::\n", "guest::1"),
  at(
    "authorized-keys",
    "root/.ssh/authorized_keys",
    `ssh-ed25519 ${letters(BASE64, 68)} packer\n`,
    letters(BASE64, 68),
  ),
  at("ssh-host-key", "etc/ssh/ssh_host_ed25519_key", pem("OPENSSH PRIVATE"), letters(BASE64, 64, "OPENSSH PRIVATE")),
  at("ssh-private-key", "home/ann/.ssh/id_ed25519", pem("OPENSSH PRIVATE"), letters(BASE64, 64, "OPENSSH PRIVATE")),
  at(
    "aws-credentials-file",
    "root/.aws/credentials",
    `[default]\naws_secret_access_key = ${letters(BASE64, 40)}\n`,
    letters(BASE64, 40),
  ),
  at(
    "aws-secret-access-key",
    "opt/app/config.rb",
    `aws_secret_access_key: '${letters(BASE64, 40)}'\n`,
    letters(BASE64, 40),
  ),
  at("aws-cli-cache", "home/ann/.aws/cli/cache/1.json", `{"Credentials": "${WORD}"}`),
  at("ssm-registration", "var/lib/amazon/ssm/registration", `{"ManagedInstanceID":"mi-1","PrivateKey":"${WORD}"}`),
  at("gcloud-credentials", "root/.config/gcloud/application_default_credentials.json", `{"refresh_token": "${WORD}"}`),
  at("gcp-service-account", "srv/key.json", `{"private_key_id": "${letters(HEX, 40)}"}`, letters(HEX, 40)),
  at("azure-credentials", "root/.azure/msal_token_cache.json", `{"secret": "${WORD}"}`),
  at("azure-storage-key", "srv/app.txt", join("Account", "Key=", letters(BASE64, 86), "==;"), letters(BASE64, 86)),
  at("terraform-credentials", "root/.terraformrc", `credentials "x" { token = "${WORD}" }`),
  at("terraform-state", "srv/infra/terraform.tfstate", `{"value": "${WORD}"}`),
  at("vault-token", "root/.vault-token", WORD),
  at("object-store-config", "root/.s3cfg", `secret_key = ${WORD}\n`),
  at("netrc", "root/.netrc", `machine example.com login me password ${WORD}\n`),
  at("keyring", "root/.gnupg/private-keys-v1.d/1.key", `(private-key ${WORD})`),
  at("kerberos-keytab", "etc/krb5.keytab", `\u0005\u0002${WORD}`),
  at("docker-auth", "root/.docker/config.json", `{"auths":{"r.example":{"auth":"${WORD}"}}}`),
  at("npm-token", "root/.npmrc", `//registry.example/:_authToken=${WORD}\n`),
  at("python-index-password", "root/.pypirc", `[pypi]\nusername = me\npassword = ${WORD}\n`),
  at("python-index-password", "etc/pip.conf", `[global]\nindex-url = https://me:${WORD}@pypi.example/simple\n`),
  at("git-credentials", "root/.git-credentials", `https://me:${WORD}@git.example\n`),
  at("git-config-password", "srv/app/.git/config", `[remote "origin"]\n\turl = https://me:${WORD}@git.example/app\n`),
  at("git-authorization-header", "srv/b/.git/config", `[http]\n\textraheader = AUTHORIZATION: basic ${WORD}\n`),
  at("gem-credentials", "root/.gem/credentials", `---\n:rubygems_api_key: ${WORD}\n`),
  at("cargo-credentials", "root/.cargo/credentials.toml", `[registry]\ntoken = "${WORD}"\n`),
  at("composer-auth", "root/.composer/auth.json", `{"http-basic": {"x": {"password": "${WORD}"}}}`),
  at("maven-settings", "root/.m2/settings.xml", `<server>\n<password>${WORD}</password>\n</server>`),
  at("gradle-properties", "root/.gradle/gradle.properties", `signing.password=${WORD}\n`),
  at("nuget-config-password", "root/.nuget/NuGet.Config", `<add key="ClearTextPassword" value="${WORD}" />`),
  at("github-cli", "root/.config/gh/hosts.yml", `github.com:\n    oauth_token: ${WORD}\n`),
  at("kube-config", "root/.kube/config", `users:\n- user:\n    token: ${WORD}\n`),
  at("cluster-key", "etc/kubernetes/pki/ca.key", pem("RSA PRIVATE"), letters(BASE64, 64, "RSA PRIVATE")),
  at("ci-runner-token", "etc/gitlab-runner/config.toml", `[[runners]]\n  token = "${WORD}"\n`),
  at("ansible-vault-password", "srv/ansible/.vault_pass", `${WORD}\n`),
  at("package-repository-password", "etc/apt/auth.conf.d/x.conf", `machine deb.example login me password ${WORD}\n`),
  at("subscription-key", "etc/pki/entitlement/1-key.pem", pem("RSA PRIVATE"), letters(BASE64, 64, "RSA PRIVATE")),
  at("letsencrypt-key", "etc/letsencrypt/live/x/privkey.pem", pem("RSA PRIVATE"), letters(BASE64, 64, "RSA PRIVATE")),
  at("pgpass", "var/lib/postgresql/.pgpass", `db:5432:*:me:${WORD}\n`),
  at("mysql-password", "root/.my.cnf", `[client]\npassword = ${WORD}\n`),
  at("mysql-login-path", "root/.mylogin.cnf", WORD),
  at("redis-password", "etc/redis/redis.conf", `port 6379\nrequirepass ${WORD}\n`),
  at("pgbouncer-users", "etc/pgbouncer/userlist.txt", `"me" "${WORD}"\n`),
  at("mail-password", "etc/postfix/sasl_passwd", `[smtp.example]:587 me:${WORD}\n`),
  at(
    "wireguard-key",
    "etc/wireguard/wg0.conf",
    `[Interface]\nPrivateKey = ${letters(BASE64, 43)}=\n`,
    letters(BASE64, 43),
  ),
  at("network-password", "etc/NetworkManager/system-connections/w.nmconnection", `[wifi-security]\npsk=${WORD}\n`),
  at("vpn-secret", "etc/ipsec.secrets", `: PSK "${WORD}"\n`),
  at(
    "openvpn-static-key",
    "etc/openvpn/ta.key",
    `-----BEGIN OpenVPN Static key V1-----\n${letters(HEX, 32)}\n`,
    letters(HEX, 32),
  ),
  at(
    "dns-key",
    "etc/bind/rndc.key",
    `key "rndc-key" {\n\tsecret "${letters(BASE64, 43)}=";\n};\n`,
    letters(BASE64, 43),
  ),
  at("snmp-password", "etc/snmp/snmpd.conf", `createUser me SHA ${WORD} AES\n`),
  at("htpasswd", "etc/nginx/.htpasswd", `me:${join("{SHA}", letters(BASE64, 27))}=\n`, letters(BASE64, 27)),
  at("rails-key", "srv/app/config/master.key", letters(HEX, 32), letters(HEX, 32)),
  at("wordpress-password", "var/www/wp-config.php", `<?php\ndefine('DB_PASSWORD', '${WORD}');\n`),
  at("tomcat-users", "opt/tomcat/conf/tomcat-users.xml", `<tomcat-users>\n<user username="a" password="${WORD}"/>\n`),
  at("gossip-key", "etc/consul.d/consul.hcl", `encrypt = "${letters(BASE64, 43)}="\n`, letters(BASE64, 43)),
  at("erlang-cookie", "var/lib/rabbitmq/.erlang.cookie", WORD),
  at("credential-store", "etc/credstore/db.password", WORD),
  at("host-secret", "var/lib/systemd/credential.secret", WORD),
  at("shell-history", "root/.bash_history", `mysql -p${WORD}\n`),
  at("client-history", "root/.psql_history", `ALTER ROLE me PASSWORD '${WORD}';\n`),
  at("client-history", "home/ann/.python_history", `connect('${WORD}')\n`),
  at("cloud-init-data", "var/lib/cloud/instances/i-1/user-data.txt", `#!/bin/sh\nexport P=${WORD}\n`),
  at("cloud-init-log", "var/log/cloud-init-output.log", `P=${WORD}\n`),
  at("persistent-journal", "var/log/journal/0123/system.journal", `LPKSHHRH${WORD}`),
  at("installer-password", "root/anaconda-ks.cfg", `rootpw --plaintext ${WORD}\n`),
  at("debconf-password", "var/cache/debconf/passwords.dat", `Name: x/password\nValue: ${WORD}\n`),
  at("core-dump", "var/lib/systemd/coredump/core.x.1.zst", `\u0004"M\u0018${WORD}`),
  at("swap-file", "swapfile", `${"\0".repeat(4_086)}SWAPSPACE2${WORD}`),
  at("parbake-secrets", "run/parbake/secrets/..data/db/password", WORD),
  at("parbake-state", "var/lib/parbake/managed.json", `{"x":"${WORD}"}`),
  at("packer-remains", "tmp/script_1234.sh", `#!/bin/sh\nP=${WORD}\n`),
  at("swap-file", "var/myswap", `${"\0".repeat(4_086)}SWAPSPACE2${WORD}`),
  at("cloud-config-password", "etc/cloud/cloud.cfg.d/99.cfg", `chpasswd:\n  list: |\n    ann:${WORD}\n`),
  at("cloud-config-password", "var/lib/cloud/seed/nocloud/user-data", `users:\n  - {name: ann, passwd: ${WORD}}\n`),
  at("tool-login", "root/.sentryclirc", `[auth]\ntoken=${WORD}\n`),
  at("client-password", "root/.curlrc", `user = "ann:${WORD}"\n`),
  at("client-password", "home/ann/.smbcredentials", `username=ann\npassword=${WORD}\n`),
  at("browser-profile", "home/ann/.mozilla/firefox/x.default/logins.json", `{"encryptedPassword":"${WORD}"}`),
  at("one-time-password-seed", "root/.google_authenticator", `${WORD}\n`),
  at("service-key", "etc/munge/munge.key", WORD),
  at("share-password", "etc/fstab", `//srv/x /mnt cifs username=ann,password=${WORD} 0 0\n`),
  at("broker-password", "etc/rabbitmq/rabbitmq.conf", `default_pass = ${WORD}\n`),
  at("wireguard-key", "etc/wireguard/private", `${letters(BASE64, 43)}=\n`, letters(BASE64, 43)),
  at("shell-history", "root/.bash_history.save", `mysql -p${WORD}\n`),
  at("encoded-private-key", "opt/app/run.txt", `k=${encodedKey}\n`, encodedKey.slice(80, 160)),
  at("json-web-key", "opt/app/jwk.json", `{"kty":"OKP","d":"${letters(BASE62, 43)}"}`, letters(BASE62, 43)),
  at("json-web-key", "opt/app/rsa.json", `{"d":"${letters(BASE62, 342)}","kty":"RSA"}`, letters(BASE62, 342)),
  at("tailscale-key", "opt/app/up.txt", join("tskey", "-auth-", letters(BASE62, 16), "-", letters(BASE62, 32))),
  at("http-authorization", "etc/nginx/p.conf", `Authorization "Basic ${letters(BASE64, 32)}";\n`, letters(BASE64, 32)),
  at("password-in-command", "etc/cron.d/dump", `0 3 * * * root mysqldump -u root -p${WORD} db\n`),
  at("password-in-command", "var/spool/cron/crontabs/ann", `0 3 * * * PGPASSWORD=${WORD} pg_dump db\n`),
  at("password-in-command", "etc/systemd/system/b.service", `[Service]\nExecStart=/x --db-password ${WORD}\n`),
  at("password-in-command", "usr/local/bin/get", `#!/bin/sh\ncurl -sS -u ann:${WORD} https://intern.io/\n`),
  at("password-in-settings", "srv/app/settings.py", `DATABASES = {\n  'x': { 'PASSWORD': '${WORD}' }\n}\n`),
  at("password-in-environment-file", "srv/shop/.env", `DB_PASS=${WORD}\n`),
  at("password-in-config", "BOOT-INF/classes/application.properties", `spring.datasource.password=${WORD}\n`),
  at("password-in-unit", "etc/systemd/system/app.service", `[Service]\nEnvironment=DB_PASSWORD=${WORD}\n`),
  at("password-in-environment-file", "etc/default/app", `DB_PASSWORD=${WORD}\n`),
  at("password-in-environment-file", "srv/app/.env", `API_TOKEN="${WORD}"\n`),
  at("password-in-config", "opt/app/application.yaml", `spring:\n  password: ${WORD}\n`),
  at("url-password", "opt/app/start.sh", `psql postgres://me:${WORD}@db.internal/app\n`),
  at(
    "http-authorization",
    "opt/app/call.sh",
    `curl -H 'Authorization: Basic ${letters(BASE64, 32)}' x\n`,
    letters(BASE64, 32),
  ),
];
