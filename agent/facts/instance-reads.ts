// Where each fact stands in IMDS and what form it must have. Pure: a table.

import { isIPv4, isIPv6 } from "node:net";
import type { Problem } from "../refusal.ts";
import type { InstanceFacts } from "./facts.ts";
import { showValue } from "./imds/imds-problems.ts";

export interface Read {
  /** Below `latest/meta-data/`; the first that is there counts. */
  readonly paths: readonly [string, ...string[]];
  readonly read: (
    path: string,
    text: string,
  ) => { readonly value: string | number | null; readonly problem: Problem | null };
}

type Test = (text: string) => boolean;

const matches =
  (pattern: RegExp): Test =>
  (text) =>
    pattern.test(text);

export const READS = {
  instanceType: readText(
    "instance-type",
    "an instance type such as m7g.large",
    matches(/^[a-z][a-z0-9-]{0,30}\.[a-z0-9-]{2,30}$/),
  ),
  instanceId: readText(
    "instance-id",
    "an instance id such as i-0123456789abcdef0",
    matches(/^i-(?:[0-9a-f]{8}|[0-9a-f]{17})$/),
  ),
  region: readText(
    "placement/region",
    "a region such as eu-west-1",
    matches(/^[a-z]{2,5}(-[a-z]{2,12}){1,3}-\d{1,2}$/),
  ),
  availabilityZone: readText(
    "placement/availability-zone",
    "a zone such as eu-west-1a",
    // Local and Wavelength Zones are longer: us-west-2-lax-1a, us-east-1-wl1-bos-wlz-1.
    matches(/^[a-z]{2,5}-[a-z0-9-]{3,50}$/),
  ),
  amiId: readText("ami-id", "an AMI id such as ami-0123456789abcdef0", matches(/^ami-(?:[0-9a-f]{8}|[0-9a-f]{17})$/)),
  partition: readText("services/partition", "a partition such as aws", matches(/^aws(-[a-z]{1,10}){0,3}$/)),
  lifeCycle: readText("instance-life-cycle", "a life cycle such as on-demand or spot", matches(/^[a-z][a-z-]{2,30}$/)),
  localIpv4: readText("local-ipv4", "an IPv4 address", isIPv4),
  localIpv6: readText("ipv6", "an IPv6 address", isIPv6),
  hostname: readHostname(),
  roleName: readRoleName(),
  placementGroup: readText("placement/group-name", "the name of a placement group", matches(/^[\x20-\x7e]{1,255}$/)),
  partitionNumber: readNumber("placement/partition-number", "the number of a partition", matches(/^\d{1,3}$/)),
} satisfies Record<Exclude<keyof InstanceFacts, "tags">, Read>;

function readText(path: string, expected: string, test: Test): Read {
  return { paths: [path], read: (from, raw) => check(from, raw.trimEnd(), expected, test, (value) => value) };
}

// What does not tell the list from what is below it answers with the role's credentials: nothing of it is ever shown.
function readRoleName(): Read {
  const path = "iam/security-credentials/";
  const expected = "the name of one role";
  const { read } = readText(path, expected, matches(/^(?!\.{1,2}$)[\w+=,.@-]{1,64}$/));
  return {
    paths: [path],
    read: (from, raw) => {
      const { value, problem } = read(from, raw);
      return { value, problem: problem && wrongAnswer(from, `${raw.length} characters`, expected) };
    },
  };
}

function readNumber(path: string, expected: string, test: Test): Read {
  return { paths: [path], read: (from, raw) => check(from, raw.trimEnd(), expected, test, Number) };
}

// An instance has no local-hostname in some IPv6-only subnets. The name ends as the VPC's DHCP options say, which nobody checks: it
// may have an underscore, or two domains with a comma. With blanks between them IMDS gives the name once for each: the first is the
// one that the OS uses.
function readHostname(): Read {
  const test = matches(/^[^\0-\x20\x7f-\x9f]{1,1024}$/);
  return {
    paths: ["local-hostname", "hostname"],
    read: (from, raw) => check(from, raw.trim().split(/\s+/, 1)[0] ?? "", "a host name", test, (value) => value),
  };
}

function check(path: string, value: string, expected: string, test: Test, convert: (value: string) => string | number) {
  if (test(value)) return { value: convert(value), problem: null };
  return { value: null, problem: wrongValue(path, value, expected) };
}

export function wrongValue(path: string, value: string, expected: string): Problem {
  return wrongAnswer(path, showValue(value), expected);
}

function wrongAnswer(path: string, shown: string, expected: string): Problem {
  return {
    what: `IMDS gives ${shown} for ${path}, which is not ${expected}`,
    fix: "Check that the endpoint is IMDS and that no proxy is in front of it.",
  };
}
