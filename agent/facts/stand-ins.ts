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

export function withStandIns(facts: Facts): Facts {
  const missing = Object.entries(STAND_INS).filter(
    ([name, value]) => facts[name as keyof Facts] === null && value !== null,
  );
  const origin: Origin = { source: "stand-in", detail: "known only on an instance" };
  return {
    ...facts,
    ...(Object.fromEntries(missing) as Partial<InstanceFacts>),
    origins: { ...facts.origins, ...Object.fromEntries(missing.map(([name]) => [name, origin])) },
  };
}
