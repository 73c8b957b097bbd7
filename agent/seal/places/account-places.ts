// Where the accounts of a machine and of its users keep what they log in with. Pure.

import { isPlaceholder } from "../rules/token-forms.ts";
import { anything, lineOf, wholeIf, type KnownPlace } from "./place.ts";

const isGiven = (text: string): boolean => !isPlaceholder(text);
const isAny = (): boolean => true;

const ROTATE =
  "Remove it, let the instance fetch it at boot (`secrets:`), and replace it where it is valid: a build log may hold it too.";
const LOCK = "Lock the account (`passwd -l NAME`): log in by keys or by Session Manager.";
const HOME = "Remove it from the image; whoever works on an instance brings their own.";

export const ACCOUNT_PLACES: readonly KnownPlace[] = [
  {
    id: "account-password",
    severity: "fail",
    path: /^etc\/(?:shadow|gshadow|passwd)-?$/,
    holds: lineOf(/^[^:#]+:([^:!*]+):/, (field) => field !== "x"),
    what: "an account's password hash, the same on every instance",
    fix: LOCK,
  },
  {
    id: "empty-password",
    severity: "fail",
    path: /^etc\/shadow$/,
    holds: lineOf(/^([^:#]+)::/, isAny),
    what: "an account without a password",
    fix: LOCK,
  },
  {
    id: "authorized-keys",
    severity: "fail",
    path: /(?:^|\/)\.ssh\/authorized_keys2?$|^etc\/ssh\/authorized_keys/,
    holds: lineOf(/^(?!\s*#)(.*(?:ssh-|ecdsa-|sk-).*)$/, isAny),
    what: "a key that may log in to every instance, such as the bake's own",
    fix: "Run `parbake seal --clean`, or remove it: an instance gets its keys at launch.",
  },
  {
    id: "ssh-host-key",
    severity: "fail",
    path: /^etc\/ssh\/ssh_host_[^/]*_key$/,
    holds: anything,
    what: "an SSH host key, which all instances would share",
    fix: "Run `parbake seal --clean`, and have them made at the first boot: cloud-init does, as does `ssh-keygen -A` in a unit.",
  },
  {
    id: "ssh-private-key",
    severity: "fail",
    path: /(?:^|\/)\.ssh\/(?!.*\.pub$|.*known_hosts|.*authorized_keys|config$|environment$|rc$)[^/]+$/,
    holds: wholeIf(/PRIVATE KEY|PuTTY-User-Key-File/),
    what: "a person's SSH key",
    fix: HOME,
  },
  {
    id: "snakeoil-key",
    severity: "warn",
    path: /^etc\/ssl\/private\/ssl-cert-snakeoil\.key$/,
    holds: anything,
    what: "ssl-cert's self-signed key, which all instances would share",
    fix: "Make it at the first boot (`make-ssl-cert generate-default-snakeoil --force-overwrite`), or remove it if nothing uses it.",
  },
  {
    id: "aws-credentials-file",
    severity: "fail",
    path: /(?:^|\/)\.aws\/credentials$/,
    holds: anything,
    what: "an AWS credentials file",
    fix: "Remove it: an instance has a role.",
  },
  {
    id: "aws-cli-cache",
    severity: "fail",
    path: /(?:^|\/)\.aws\/(?:cli|sso)\/cache\/.*\.json$/,
    holds: anything,
    what: "the AWS CLI's cached credentials",
    fix: "Remove the cache.",
  },
  {
    id: "ssm-registration",
    severity: "fail",
    path: /^var\/lib\/amazon\/ssm\/(?:Vault\/Store\/RegistrationKey|registration|.*RegistrationKey)/,
    holds: anything,
    what: "the registration of the machine of the bake with Systems Manager",
    fix: "Stop amazon-ssm-agent in the bake, and remove it: each instance registers itself.",
  },
  {
    id: "gcloud-credentials",
    severity: "fail",
    path: /(?:^|\/)\.config\/gcloud\/(?:credentials\.db|access_tokens\.db|application_default_credentials\.json|legacy_credentials\/.+)$|(?:^|\/)\.boto$/,
    holds: anything,
    what: "credentials of gcloud",
    fix: HOME,
  },
  {
    id: "azure-credentials",
    severity: "fail",
    path: /(?:^|\/)\.azure\/(?:accessTokens\.json|msal_token_cache\.\w+|service_principal_entries\.\w+)$/,
    holds: anything,
    what: "credentials of the Azure CLI",
    fix: HOME,
  },
  {
    id: "terraform-credentials",
    severity: "fail",
    path: /(?:^|\/)(?:\.terraform\.d\/credentials\.tfrc\.json|\.terraformrc)$/,
    holds: wholeIf(/token/),
    what: "a token of Terraform's",
    fix: HOME,
  },
  {
    id: "vault-token",
    severity: "fail",
    path: /(?:^|\/)\.vault-token$/,
    holds: anything,
    what: "a token of Vault's",
    fix: ROTATE,
  },
  {
    id: "object-store-config",
    severity: "fail",
    path: /(?:^|\/)(?:\.s3cfg|\.passwd-s3fs|rclone\.conf|\.mc\/config\.json)$|^etc\/passwd-s3fs$/,
    holds: wholeIf(/secret|pass|:/i),
    what: "the keys of an object store",
    fix: ROTATE,
  },
  {
    id: "netrc",
    severity: "fail",
    path: /(?:^|\/)[._]netrc$/,
    holds: lineOf(/\bpassword\s+(\S+)/, isGiven),
    what: "a password for curl, git and ftp",
    fix: HOME,
  },
  {
    id: "keyring",
    severity: "fail",
    path: /(?:^|\/)(?:\.gnupg\/(?:private-keys-v1\.d\/.+\.key|secring\.gpg)|\.local\/share\/keyrings\/.+\.keyring|[^/]+\.kdbx|\.password-store\/.+\.gpg)$/,
    holds: anything,
    what: "a keyring with private keys or passwords",
    fix: HOME,
  },
  {
    id: "browser-profile",
    severity: "fail",
    path: /(?:^|\/)(?:\.mozilla\/firefox|\.thunderbird)\/.+\/(?:logins\.json|key[34]\.db|cookies\.sqlite)$|(?:^|\/)(?:google-chrome|chromium|BraveSoftware|microsoft-edge)[^/]*\/.+\/(?:Login Data|Cookies)$/,
    holds: anything,
    what: "a browser's passwords or sessions",
    fix: HOME,
  },
  {
    id: "one-time-password-seed",
    severity: "fail",
    path: /(?:^|\/)\.google_authenticator$|^etc\/users\.oath$/,
    holds: anything,
    what: "what an account's one-time passwords are made from",
    fix: HOME,
  },
  {
    id: "kerberos-keytab",
    severity: "fail",
    path: /\.keytab$/,
    holds: (head) => (head[0] === 5 ? { kind: "whole" } : null),
    what: "a Kerberos keytab",
    fix: ROTATE,
  },
];
