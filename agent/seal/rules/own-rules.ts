// What the rules of the field leave out, because they are written for source trees and not for machines. Pure.

import { ASSIGNED_RULES } from "./assigned-rules.ts";
import type { Rule } from "./rule.ts";
import { isPlaceholder } from "./token-forms.ts";

/** Between a name and its value, in env files, JSON, YAML, INI and SQL. */
const IS = String.raw`["']?[ \t]{0,8}(?:=>|[=:])[ \t]{0,8}["']?`;

export const OWN_RULES: readonly Rule[] = [
  {
    id: "private-key",
    severity: "fail",
    what: "a private key",
    // A key and not only the talk of one: its first lines, as they are or with their line breaks escaped.
    regex:
      /-----BEGIN[ A-Z0-9_-]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:\s|\\[nr]|(?:Proc-Type|DEK-Info|Version|Comment):[^\n\\]{0,80}){1,12}(?:[A-Za-z0-9+/=]|\s|\\[nr]){64,}/g,
    keywords: ["private key-----", "private key block-----"],
  },
  {
    id: "putty-private-key",
    severity: "fail",
    what: "a private key of PuTTY's",
    regex: /PuTTY-User-Key-File-\d: [^]{20,900}?Private-Lines: \d+\s[A-Za-z0-9+/=\s]{20,}/g,
    keywords: ["putty-user-key-file-"],
  },
  {
    id: "aws-secret-access-key",
    severity: "fail",
    what: "an AWS secret access key",
    regex: new RegExp(
      String.raw`(?:secret_?access_?key|aws_?secret_?key|AccessKeySecret)${IS}([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])`,
      "gi",
    ),
    keywords: [
      "secret_access_key",
      "secretaccesskey",
      "secret_accesskey",
      "aws_secret_key",
      "awssecretkey",
      "accesskeysecret",
    ],
    entropy: 3.5,
    accepts: (secret) => !secret.endsWith("EXAMPLEKEY"),
  },
  {
    id: "aws-session-token",
    severity: "fail",
    what: "an AWS session token",
    // The beginning of `{"origin_`, as STS packs it, and of its older form.
    regex: /(?<![A-Za-z0-9+/])((?:IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz|AQoDYXdz)[A-Za-z0-9+/=]{80,})/g,
    keywords: ["iqojb3jpz2lu", "fwogzxivyxdz", "fqogzxivyxdz", "aqodyxdz"],
    // That of AWS' documentation.
    accepts: (secret) => !secret.includes("EXAMPLE"),
  },
  {
    id: "imds-session-token",
    severity: "fail",
    what: "a session token of the instance metadata service",
    regex: /(?<![\w+/=-])(AQA[A-Z][A-Za-z0-9_-]{50}==)(?![\w=])/g,
    keywords: ["aqaa", "aqae"],
    entropy: 4,
  },
  {
    id: "password-hash",
    severity: "fail",
    what: "a password's hash",
    regex:
      /(\$(?:y|gy|7)\$[./A-Za-z0-9]{2,16}\$[./A-Za-z0-9]{8,96}\$[./A-Za-z0-9]{43}|\$6\$(?:rounds=\d+\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{86}|\$5\$(?:rounds=\d+\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{43}|\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}|\$argon2(?:id|i|d)\$v=\d+\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]{11,64}\$[A-Za-z0-9+/]{16,86}|\$apr1\$[./A-Za-z0-9]{1,8}\$[./A-Za-z0-9]{22})/g,
    keywords: ["$y$", "$gy$", "$7$", "$6$", "$5$", "$2a$", "$2b$", "$2x$", "$2y$", "$argon2", "$apr1$"],
    entropy: 3.5,
  },
  {
    id: "database-password-verifier",
    severity: "fail",
    what: "a database role's password verifier",
    regex: /(SCRAM-SHA-256\$\d{3,8}:[A-Za-z0-9+/=]{16,44}\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=)/g,
    keywords: ["scram-sha-256$"],
  },
  {
    id: "url-password",
    severity: "fail",
    what: "a URL with a password",
    // Without its scheme: with the literal in front the engine leaps to it. RFC 2606 keeps `example` for documents.
    regex: /:\/\/[^\s:@/'"<>(){}$%*,;|\\?#]{1,64}:([^\s@/'"<>(){}*,;|\\]{3,128})@(?!(?:[\w-]+\.)*example\b)[\w[]/gi,
    keywords: ["://"],
    accepts: (secret) => holdsUrlPassword(secret),
  },
  {
    id: "http-authorization",
    severity: "fail",
    what: "an HTTP authorization",
    regex:
      /\bauthorization["']?(?:[ \t]{0,4}[:=][ \t]{0,4}["']?|[ \t]{1,4}["'])(?:basic|bearer|token)[ \t]{1,4}([A-Za-z0-9+/=._~-]{16,})/gi,
    keywords: ["authorization"],
    entropy: 3.5,
    accepts: (secret) => !isPlaceholder(secret),
    isVague: true,
  },
  {
    id: "azure-storage-key",
    severity: "fail",
    what: "the key of an Azure storage account",
    regex: /AccountKey=([A-Za-z0-9+/]{86}==)/g,
    keywords: ["accountkey="],
    entropy: 4,
  },
  {
    id: "gcp-service-account",
    severity: "fail",
    what: "the key of a Google service account",
    regex: /"private_key_id"\s{0,8}:\s{0,8}"([0-9a-f]{40})"/g,
    keywords: ["private_key_id"],
  },
  {
    id: "kubernetes-service-account",
    severity: "fail",
    what: "a credential in a kube config",
    regex: /\b(?:client-key-data|token):\s{0,4}["']?([A-Za-z0-9+/=._-]{40,})/g,
    keywords: ["client-key-data", "token:"],
    path: /(?:^|\/)(?:\.kube\/.*|etc\/kubernetes\/.*|[^/]*kubeconfig[^/]*|var\/lib\/kubelet\/.*|k3s\.yaml)$/,
  },
  {
    id: "encoded-private-key",
    severity: "fail",
    what: "a private key in Base64",
    // Of `-----BEGIN `, as far as it does not depend on what follows.
    regex: /(?<![A-Za-z0-9+/])(LS0tLS1CRUdJTi[A-Za-z0-9+/]{60,})/g,
    keywords: ["ls0tls1crudjti"],
    accepts: (secret) =>
      /^-----BEGIN[ A-Z0-9]{0,40} PRIVATE KEY/.test(Buffer.from(secret, "base64").toString("latin1")),
  },
  {
    id: "json-web-key",
    severity: "fail",
    what: "a private JSON Web Key",
    // RFC 7517: its members come in any order.
    regex:
      /"kty"[^{}]{1,1000}?"[dk]"\s{0,4}:\s{0,4}"([\w-]{22,})|"[dk]"\s{0,4}:\s{0,4}"([\w-]{22,})"[^{}]{1,1000}"kty"/g,
    keywords: ['"kty"', '"d":', '"k":'],
    entropy: 3.5,
  },
  {
    id: "openvpn-static-key",
    severity: "fail",
    what: "a static key of OpenVPN's",
    regex: /-----BEGIN OpenVPN Static key V1-----\s+[0-9a-f]{32}/g,
    keywords: ["openvpn static key v1-----"],
  },
  {
    id: "tailscale-key",
    severity: "fail",
    what: "a key of Tailscale's",
    regex: /\b(tskey-(?:auth|api|client|scim|webhook)-[A-Za-z0-9]{6,}-[A-Za-z0-9]{20,})/g,
    keywords: ["tskey-"],
  },
  ...ASSIGNED_RULES,
];

function holdsUrlPassword(secret: string): boolean {
  return (
    !isPlaceholder(secret) && !/^(?:pass(?:word|wd|w)?|pwd|secret|port|\d{1,5}|user|host|foo|bar|test)$/i.test(secret)
  );
}
