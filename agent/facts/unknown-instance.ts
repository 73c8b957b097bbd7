// An instance of which nothing is known: IMDS was not asked, or the plan is for a type and not for a machine.

import type { InstanceFacts } from "./facts.ts";

export const UNKNOWN_INSTANCE: InstanceFacts = {
  instanceType: null,
  instanceId: null,
  region: null,
  availabilityZone: null,
  amiId: null,
  partition: null,
  lifeCycle: null,
  localIpv4: null,
  localIpv6: null,
  hostname: null,
  roleName: null,
  tags: null,
  placementGroup: null,
  partitionNumber: null,
};
