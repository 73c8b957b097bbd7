// What stands in for the facts that only an instance has, so that templates which print them can be rendered without one. Pure.

import type { Facts, InstanceFacts, Origin } from "./facts.ts";

/** A bake knows no instance, yet a template may print its region or id: it gets a value of the right shape. */
const STAND_INS: InstanceFacts = {
  instanceType: "x0.large",
  instanceId: "i-00000000000000000",
  region: "us-east-1",
  availabilityZone: "us-east-1a",
  amiId: "ami-00000000000000000",
  partition: "aws",
  lifeCycle: "on-demand",
  localIpv4: "192.0.2.1",
  localIpv6: null,
  hostname: "ip-192-0-2-1.ec2.internal",
  roleName: "role",
  tags: null,
  placementGroup: null,
  partitionNumber: null,
};

/** Others in every respect: what is rendered alike with both depends on none of them. */
export const OTHER_STAND_INS: InstanceFacts = {
  ...STAND_INS,
  instanceType: "x1.xlarge",
  instanceId: "i-11111111111111111",
  region: "cn-north-1",
  availabilityZone: "cn-north-1b",
  amiId: "ami-11111111111111111",
  partition: "aws-cn",
  lifeCycle: "spot",
  localIpv4: "198.51.100.2",
  hostname: "ip-198-51-100-2.cn-north-1.compute.internal",
  roleName: "other",
};

export function withStandIns(facts: Facts, standIns: InstanceFacts = STAND_INS): Facts {
  const missing = Object.entries(standIns).filter(
    ([name, value]) => facts[name as keyof Facts] === null && value !== null,
  );
  const origin: Origin = { source: "stand-in", detail: "known only on an instance" };
  return {
    ...facts,
    ...(Object.fromEntries(missing) as Partial<InstanceFacts>),
    origins: { ...facts.origins, ...Object.fromEntries(missing.map(([name]) => [name, origin])) },
  };
}
