// The policy for what never reached AWS, or came from something else: one row for each cause, by Node's, OpenSSL's and
// http-trouble.ts's codes. Plain data; error-policy.ts has the words in capitals.

import type { Rule } from "./rule.ts";

const MAKE_A_WAY =
  "In a subnet without a NAT gateway it takes the interface endpoint PRIVATELINK with private DNS, whose security group lets port 443 in, or a proxy (HTTPS_PROXY).";
const CHECK_THE_WAY = "Check VARIABLE, that it runs there, and the route and the security groups on the way.";

/** What never reached AWS. The first row is for all that has none of its own. */
export const NETWORK_POLICY: readonly [Rule, ...Rule[]] = [
  {
    names: ["TIMEOUT", "CONNECT_TIMEOUT", "CUT_SHORT", "ECONNRESET", "ETIMEDOUT", "EPIPE", "INTERRUPTED"],
    kind: "retry",
    code: "unavailable",
    what: "no answer from HOST",
    fix: MAKE_A_WAY,
    movedFix: CHECK_THE_WAY,
  },
  {
    names: ["EHOSTUNREACH", "ENETUNREACH"],
    kind: "retry",
    code: "unavailable",
    what: "there is no route to HOST",
    fix: MAKE_A_WAY,
    movedFix: CHECK_THE_WAY,
  },
  {
    names: ["ECONNREFUSED"],
    kind: "retry",
    code: "unavailable",
    what: "HOST refuses the connection",
    fix: "AWS does not: look for a firewall that rejects it, and at what the name resolves to (getent hosts NAME).",
    movedFix: CHECK_THE_WAY,
  },
  {
    names: ["ENOTFOUND"],
    kind: "retry",
    code: "unavailable",
    what: "the name NAME does not resolve",
    fix: "Check the region REGION and AWS_USE_FIPS_ENDPOINT, then the DNS in /etc/resolv.conf: one that knows no public names needs the interface endpoint PRIVATELINK with private DNS, and the VPC's resolver.",
    movedFix: "Check VARIABLE, and the DNS of the VPC.",
  },
  {
    names: ["EAI_AGAIN"],
    kind: "retry",
    code: "unavailable",
    what: "no DNS server answers for NAME",
    fix: "Check /etc/resolv.conf, the VPC's DNS (enableDnsSupport), and that network ACLs let port 53 through.",
  },
  {
    names: ["TOO_LARGE", "NO_FRAMING", "SWITCHED_PROTOCOLS", "INFORMATIONAL_FLOOD"],
    kind: "retry",
    code: "unavailable",
    what: "HOST gives an answer that is not SERVICE's",
    fix: "Look for a proxy in between, and at VARIABLE: something else may answer there.",
  },
  {
    names: ["CERT_NOT_YET_VALID", "CERT_HAS_EXPIRED"],
    kind: "retry",
    code: "unavailable",
    what: "the certificate of HOST is not valid at this time, by the instance's clock",
    fix: "Check the clock first (chronyc tracking), then the certificate.",
  },
  {
    names: [
      "SELF_SIGNED_CERT_IN_CHAIN",
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      "UNABLE_TO_GET_ISSUER_CERT",
      "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      "CERT_UNTRUSTED",
      "CERT_REJECTED",
      "CERT_SIGNATURE_FAILURE",
    ],
    kind: "fatal",
    code: "unavailable",
    what: "the certificate of HOST is from no authority that parbake trusts",
    fix: "Something on the way reads TLS, such as a proxy or a firewall: give its CA's PEM in AWS_CA_BUNDLE, or have it leave that host alone.",
    movedFix: "Give the PEM of the CA that signed it in AWS_CA_BUNDLE.",
  },
  {
    names: ["ERR_TLS_CERT_ALTNAME_INVALID"],
    kind: "fatal",
    code: "unavailable",
    what: "the certificate of HOST is for another name",
    fix: "Check what the name resolves to (getent hosts NAME), and the private DNS of the VPC endpoint.",
    movedFix: "Check VARIABLE: the certificate names the host that it is for.",
  },
];

/** The first row's, behind a proxy that has not said what is wrong. */
export const BEHIND_PROXY: Rule = {
  names: [],
  kind: "retry",
  code: "unavailable",
  what: "no answer from HOST through the proxy PROXY",
  fix: "Check that the proxy runs and may reach that host, or name the host in NO_PROXY.",
};

const NO_TLS: Rule = {
  names: [],
  kind: "retry",
  code: "unavailable",
  what: "HOST refuses TLS, or does not speak it",
  fix: "Check the port, whether the URL should begin with http://, and what stands in between.",
};

/** By how Node's and OpenSSL's codes begin, which are too many to list. */
export const NETWORK_FAMILIES: readonly (readonly [start: string, rule: Rule])[] = [
  [
    "HPE_",
    {
      names: [],
      kind: "retry",
      code: "unavailable",
      what: "HOST does not speak HTTP",
      fix: "Check the port and VARIABLE: something else may answer there.",
    },
  ],
  ["ERR_SSL_", NO_TLS],
  // What Node calls a handshake that fails as it is written.
  ["EPROTO", NO_TLS],
];

/** What the proxy did, or the way to it, by the same names. The first row is for all that has none of its own. */
export const PROXY_POLICY: readonly [Rule, ...Rule[]] = [
  {
    names: [],
    kind: "retry",
    code: "unavailable",
    what: "no answer from the proxy PROXY on the way to HOST",
    fix: "Check that the proxy runs and that the security groups let this machine reach it, or name the endpoint in NO_PROXY.",
  },
  {
    names: ["ENOTFOUND", "EAI_AGAIN"],
    kind: "retry",
    code: "unavailable",
    what: "the name of the proxy PROXY on the way to HOST does not resolve",
    fix: "Check its spelling and the VPC's DNS, or name the endpoint in NO_PROXY.",
  },
  {
    names: ["PROXY_WANTS_LOGIN"],
    kind: "fatal",
    code: "unavailable",
    what: "the proxy PROXY wants a user and a password",
    fix: "Put them into its URL, http://USER:PASSWORD@host:port, or name the host in NO_PROXY.",
  },
  {
    names: ["PROXY_REFUSED"],
    kind: "retry",
    code: "unavailable",
    what: "the proxy PROXY refuses to connect to HOST",
    fix: "Allow that host there, with port 443, or name it in NO_PROXY.",
  },
  {
    names: ["PROXY_SPOKE_FIRST", "SWITCHED_PROTOCOLS", "TOO_LARGE", "NO_FRAMING", "INFORMATIONAL_FLOOD"],
    kind: "retry",
    code: "unavailable",
    what: "the proxy PROXY on the way to HOST does not answer as a proxy",
    fix: "Check the host, the port and whether it is http:// or https://.",
  },
  {
    names: [
      "ERR_TLS_CERT_ALTNAME_INVALID",
      "CERT_HAS_EXPIRED",
      "CERT_NOT_YET_VALID",
      "SELF_SIGNED_CERT_IN_CHAIN",
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    ],
    kind: "fatal",
    code: "unavailable",
    what: "the certificate of the proxy PROXY is not one that parbake trusts",
    fix: "Give its CA's PEM in AWS_CA_BUNDLE, or write the proxy's URL with http://.",
  },
];
