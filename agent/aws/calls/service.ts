// What a service of AWS's is called, and what its errors mean. Plain data.

import type { Rule } from "./rule.ts";

export interface Service {
  readonly name: string;
  /** As IAM's actions, ARNs and VPC endpoints have it. */
  readonly prefix: string;
  /** The environment variable that moves its endpoint. */
  readonly endpointVariable: string;
  /** By the names that the service gives to its errors. */
  readonly rules: ReadonlyMap<string, Rule>;
  /** The rule for an error about time once the SDK has learnt the right time. */
  readonly clock: Rule;
  /** It is asked by an instance, whose role should sign: a key in the environment may have been left there. */
  readonly isForRole: boolean;
}
